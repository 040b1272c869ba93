import type { Contact } from '../contact.ts'
import type { Identity } from '../identity.ts'

/** What two contacts share who look like one person. */
export const twinReasons = ['phone', 'email', 'username'] as const
export type TwinReason = (typeof twinReasons)[number]

/** A contact that shares something with another. */
export interface Twin {
  contactId: number
  reason: TwinReason
  /** What they share, in the form that is compared: the last ten digits of a phone, an e-mail or username in small letters. */
  value: string
}

/** What a contact is compared by: its fields, and the phones and e-mails among its identities. */
export function twinValues(contact: Contact, identities: readonly Identity[]): Record<TwinReason, string[]> {
  const of = (kind: string) => identities.filter((each) => each.kind === kind).map(({ value }) => value)
  const phones = [contact.phone, ...of('phone')].flatMap((phone) => (phone === null ? [] : [lastDigits(phone)]))
  const emails = [contact.email, ...of('email')].flatMap((email) => (email === null ? [] : [email.toLowerCase()]))
  return {
    phone: [...new Set(phones.filter((digits) => digits.length >= fewestDigits))],
    email: [...new Set(emails)],
    username: contact.username === null ? [] : [contact.username.toLowerCase()],
  }
}

/** A shorter number is an extension, or a made-up one, and belongs to many. */
export const fewestDigits = 7

/** What is left of a phone in whatever spelling, with or without its country. */
function lastDigits(phone: string): string {
  return phone.replace(/\D/g, '').slice(-10)
}
