import type { Update } from 'grammy/types'
import { AppError } from '../../src/platform/errors.ts'

/** Reads the body of a webhook call. What stands inside the update is looked at when it is turned into events. */
export function readUpdate(body: Uint8Array): Update {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder().decode(body))
  } catch {
    throw new AppError('invalid', 'The body is no JSON: expected an Update of the Bot API.')
  }
  if (typeof value === 'object' && value !== null && 'update_id' in value && Number.isSafeInteger(value.update_id)) {
    return value as Update
  }
  throw new AppError('invalid', 'The body has no "update_id": expected an Update of the Bot API.')
}
