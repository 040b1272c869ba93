import { AppError, messageOf } from '../../../src/platform/errors.ts'
import type { MailServer } from './address.ts'

/** What a library throws of a connection; nodemailer and imapflow name things alike. */
export interface ServerFailure {
  code?: string
  responseCode?: number
  response?: unknown
  responseText?: string
  authenticationFailed?: boolean
  command?: string
  message?: string
}

/** What a failed connection or sign-in means, in words that say which server it was and what to do. Holds no secret. */
export function serverError(server: MailServer, error: unknown): AppError {
  if (error instanceof AppError) return error
  const failure = error as ServerFailure
  const where = `The ${server.protocol} server ${server.host}:${server.port}`
  const said = saidBy(failure)
  if (failure.authenticationFailed || failure.code === 'EAUTH') {
    if ((failure.responseCode ?? 535) < 500)
      return new AppError('unavailable', `${where} cannot sign us in now: ${said}`)
    return new AppError(
      'unauthenticated',
      `${where} refuses to sign in ${server.user}: ${said}. Check user and password; many providers want an app password or OAuth 2.`,
    )
  }
  const code = failure.code ?? ''
  const message = messageOf(error)
  if (isOfCertificate(code, message)) {
    return new AppError(
      'unavailable',
      `${where} shows a certificate that cannot be trusted: ${message}. If it is your own, put what signed it into the setting "ca".`,
      { cause: error },
    )
  }
  if (/wrong version number|packet length too long|STARTTLS|TLS|SSL/i.test(message) && code !== 'ETIMEDOUT') {
    return new AppError('unavailable', `${where} and "security: ${server.security}" do not go together: ${message}.`, {
      cause: error,
    })
  }
  if (code === 'ENOTFOUND' || code === 'EDNS')
    return new AppError('unavailable', `${where} has no address: ${message}.`)
  if (/TIMEOUT|ETIMEDOUT/.test(code)) return new AppError('timeout', `${where} does not answer in time: ${message}.`)
  return new AppError('unavailable', `${where} cannot be reached: ${said}.`, { cause: error })
}

/** What the server said, on one line. */
export function saidBy(failure: ServerFailure): string {
  const said = failure.responseText ?? (typeof failure.response === 'string' ? failure.response : undefined)
  return (said ?? failure.message ?? 'no reason given').replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '').slice(0, 500)
}

function isOfCertificate(code: string, message: string): boolean {
  return (
    /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS_CERT/.test(code) ||
    /certificate|altnames|Hostname\/IP does not match/i.test(message)
  )
}
