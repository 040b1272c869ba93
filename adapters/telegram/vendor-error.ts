import { GrammyError, HttpError } from 'grammy'
import { SendError } from '../../src/conversations/channel.ts'
import { AppError, messageOf } from '../../src/platform/errors.ts'

/**
 * What a failed call means for us. Telegram's own words are kept, but no address: it holds the token, and so does the
 * original error, which is therefore not chained.
 */
export function vendorError(error: unknown, token: string): AppError {
  if (error instanceof AppError) return error
  if (error instanceof GrammyError) return refusal(error, token)
  const inner = error instanceof HttpError ? error.error : error
  if (inner instanceof AppError) return inner
  const reason = withoutToken(messageOf(inner), token)
  if (/timed out/i.test(reason)) return new AppError('timeout', `Telegram did not answer in time: ${reason}`)
  if (/abort/i.test(reason)) return new AppError('timeout', 'The call to Telegram was ended before it was answered.')
  return new AppError('unavailable', `Telegram could not be reached: ${reason}`)
}

/** The same text with the token, also a part of an address, made unreadable. */
export function withoutToken(text: string, token: string): string {
  return text
    .replaceAll(token, '<token>')
    .replaceAll(encodeURIComponent(token), '<token>')
    .replaceAll(/\bbot\d+(:|%3A)[\w-]+/gi, 'bot<token>')
}

function refusal({ error_code: status, description, parameters, method }: GrammyError, token: string): AppError {
  const said = withoutToken(description, token)
  if (parameters.migrate_to_chat_id !== undefined) {
    const newThreadId = String(parameters.migrate_to_chat_id)
    return new SendError(`The group goes on as ${newThreadId}.`, { reason: 'migrated', newThreadId })
  }
  if (status === 429) {
    const seconds = parameters.retry_after ?? 1
    const message = `Telegram asks to wait ${seconds} s before the next ${method}.`
    return new AppError('rate_limited', message, { retryAfterMs: seconds * 1000 })
  }
  if (
    status === 403 ||
    /chat not found|chat_write_forbidden|user is deactivated|not enough rights to send|message thread not found|topic_deleted/i.test(
      said,
    )
  ) {
    return new SendError(`Telegram delivers nothing to this chat: ${said}`, { reason: 'unreachable' })
  }
  if (status === 401 || status === 404) {
    return new AppError(
      'unauthenticated',
      `Telegram does not know the bot's token (${said}). Get the current one from BotFather and put it into the channel's settings.`,
    )
  }
  if (status === 409) return new AppError('conflict', `Telegram refused ${method}: ${said}`)
  if (status === 413) return new AppError('too_large', `Telegram refused ${method}: ${said}`)
  if (status >= 500) return new AppError('unavailable', `Telegram failed: ${said}`)
  return new AppError('invalid', `Telegram refused ${method}: ${said}`)
}
