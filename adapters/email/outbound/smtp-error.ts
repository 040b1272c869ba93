import { SendError } from '../../../src/conversations/channel.ts'
import { AppError } from '../../../src/platform/errors.ts'
import type { MailServer } from '../servers/address.ts'
import { type ServerFailure, saidBy, serverError } from '../servers/server-error.ts'

/** How long to wait after a server asked for patience without saying how much. */
const patienceMs = 60_000

/**
 * What an attempt to send that failed means. What the server says decides: its reply code (RFC 5321, 4.2), and the enhanced status
 * code in its words (RFC 3463), which tells more.
 */
export function smtpError(server: MailServer, error: unknown): AppError {
  if (error instanceof AppError) return error
  const failure = error as ServerFailure
  const { responseCode: code, command = '' } = failure
  if (code === undefined || failure.code === 'EAUTH' || failure.code === 'ETLS') {
    if (failure.code === 'EENVELOPE' && code === undefined)
      return new AppError('invalid', `It cannot be sent: ${saidBy(failure)}.`)
    return serverError(server, error)
  }
  const said = saidBy(failure)
  const status = /\b([245])\.(\d{1,3})\.(\d{1,3})\b/.exec(said)
  const [subject, detail] = status ? [Number(status[2]), Number(status[3])] : [undefined, undefined]
  if (code < 500) {
    const asksPatience = subject === 7 || /rate|too many|limit|throttl|gr[ae]y-?list|try again|slow down/i.test(said)
    if (!asksPatience) return new AppError('unavailable', `The SMTP server ${server.host} cannot take it now: ${said}.`)
    const retryAfterMs = waitIn(said) ?? patienceMs
    return new AppError('rate_limited', `The SMTP server ${server.host} asks to wait: ${said}.`, { retryAfterMs })
  }
  const refused = `The SMTP server ${server.host} refuses it: ${said}.`
  if (subject === 2 && detail === 2)
    return new AppError('unavailable', `The mailbox is full: ${said}.`, { retryable: false })
  if (subject === 3 && detail === 4) return new AppError('too_large', refused)
  const noMailbox =
    (subject === 1 && [1, 2, 3, 6, 10].includes(detail!)) ||
    (subject === 2 && detail === 1) ||
    (subject === 4 && detail === 1)
  const unknownByCode = subject === undefined && /RCPT/i.test(command) && [550, 551, 553].includes(code)
  if (noMailbox || unknownByCode || (subject === 5 && detail === 0 && /RCPT/i.test(command) && code === 550)) {
    return new SendError(`No letter reaches this address: ${said}.`, { reason: 'unreachable' }, error)
  }
  if (code === 552) return new AppError('too_large', refused)
  return new AppError(code === 530 || code === 535 ? 'unauthenticated' : 'forbidden', refused)
}

/** "Try again in 3 seconds", "greylisted for 5 minutes". */
function waitIn(said: string): number | undefined {
  const found = /(\d{1,5})\s*(s\b|sec|min|hour)/i.exec(said)
  if (found === null) return undefined
  const unit = found[2]!.toLowerCase()
  return Number(found[1]) * (unit.startsWith('s') ? 1000 : unit.startsWith('min') ? 60_000 : 3_600_000)
}
