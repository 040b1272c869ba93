import type { ThreadRef } from '../../../src/conversations/event.ts'
import type { Identity } from '../../../src/conversations/message.ts'
import { AppError } from '../../../src/platform/errors.ts'

/** Whom the Cloud API knows by which id. The user id always comes; the number may be missing. */
export interface UserIds {
  /** The business-scoped user id, `US.13491208655302741918`. */
  userId?: string | undefined
  /** The phone number or WhatsApp id, digits alone. */
  phone?: string | undefined
}

const userIdForm = /^[A-Za-z]{2,3}\.[\w.]{1,140}$/

/**
 * The thread of a person: their user id, which comes with every message; their number where none came (older payloads, and
 * people whom we wrote to first). Undefined when they have neither.
 */
export function threadOf({ userId, phone }: UserIds): ThreadRef | undefined {
  const id = userId ?? phone
  return id === undefined || id === '' ? undefined : { id, kind: 'direct' }
}

/** To whom a thread id sends: `to` is a number, `recipient` a user id. */
export type Addressee = { to: string } | { recipient: string }

/** Reads a thread id back. */
export function addresseeOf(thread: string): Addressee {
  if (isPhone(thread)) return { to: thread }
  if (userIdForm.test(thread)) return { recipient: thread }
  throw new AppError(
    'invalid',
    `The thread "${thread}" is no WhatsApp user: expected a phone number in digits (16505551234) or a user id (US.13491208655302741918).`,
  )
}

export function isPhone(thread: string): boolean {
  return /^\d{5,20}$/.test(thread)
}

/** Whether a text can be a thread of ours. */
export function isThread(text: unknown): text is string {
  return typeof text === 'string' && (isPhone(text) || userIdForm.test(text))
}

/** The thread in which a person with these identities can be written to. */
export function threadFor(identities: readonly Identity[]): ThreadRef | undefined {
  const named = (kind: string) => identities.find((identity) => identity.kind === kind)?.value
  const phone = named('phone')
  const candidates = [named('whatsapp_user'), named('whatsapp'), phone?.replace(/^\+/, '')]
  const id = candidates.find(isThread)
  return id === undefined ? undefined : { id, kind: 'direct' }
}
