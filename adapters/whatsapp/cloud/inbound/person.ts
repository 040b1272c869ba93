import type { Person } from '../../../../src/conversations/event.ts'
import type { Identity } from '../../../../src/conversations/message.ts'
import { parsePhone } from '../../../../src/platform/phone.ts'
import type { ChangeValue, PayloadContact, PayloadMessage } from '../payload.ts'
import type { UserIds } from '../thread.ts'

/** Who wrote a message. Undefined when nothing says it. */
export function senderOf(message: PayloadMessage, value: ChangeValue): Person | undefined {
  const ids = senderIds(message, value)
  const person = personOf(ids, contactOf(ids, value))
  const { referral } = message
  if (person && referral?.source_id) {
    person.trafficSource = `${referral.source_type ?? 'ad'}:${referral.source_id}`.slice(0, 200)
  }
  return person && message.origin === 'contact_request' ? withSharedPhone(person, message) : person
}

/** The ids of who wrote a message; a message of one person has them in `contacts` too. */
export function senderIds(message: PayloadMessage, value: ChangeValue): UserIds {
  const only = value.contacts?.length === 1 ? value.contacts[0] : undefined
  return {
    userId: filled(message.from_user_id) ?? filled(only?.user_id),
    phone: digits(message.from) ?? digits(only?.wa_id),
  }
}

/** A person by their ids, with what the vendor tells of them. */
export function personOf(ids: UserIds, contact?: PayloadContact): Person | undefined {
  const identities = identitiesOf(ids, contact)
  if (identities.length === 0) return undefined
  const phone = identities.find(({ kind }) => kind === 'phone')?.value
  const name = filled(contact?.profile?.name)?.trim().replaceAll(/\s+/g, ' ')
  const [firstName, ...rest] = name?.split(' ') ?? []
  const username = filled(contact?.profile?.username)?.replace(/^@/, '')
  return {
    identities,
    ...(firstName && { firstName }),
    ...(rest.length > 0 && { lastName: rest.join(' ') }),
    ...(username && { username }),
    ...(phone && { phone }),
    // A user id begins with the country of its person, which their number would tell too.
    ...(ids.userId && !phone && /^[A-Z]{2}\./.test(ids.userId) && { country: ids.userId.slice(0, 2) }),
  }
}

/** The surest first: a user id stays with its person, a number may go to another one. */
function identitiesOf({ userId, phone }: UserIds, contact?: PayloadContact): Identity[] {
  const waId = digits(contact?.wa_id) ?? phone
  const e164 = phone === undefined ? undefined : parsePhone(`+${phone}`)
  return [
    ...(userId ? [{ kind: 'whatsapp_user', value: userId }] : []),
    ...(waId ? [{ kind: 'whatsapp', value: waId }] : []),
    ...(e164 ? [{ kind: 'phone', value: e164 }] : []),
  ]
}

function contactOf({ userId, phone }: UserIds, { contacts = [] }: ChangeValue): PayloadContact | undefined {
  if (contacts.length === 1) return contacts[0]
  return contacts.find(
    (contact) =>
      (userId !== undefined && contact.user_id === userId) || (phone !== undefined && digits(contact.wa_id) === phone),
  )
}

/** Whoever shares their own card by our button tells their number; the vendor vouches for it. */
function withSharedPhone(person: Person, { contacts = [] }: PayloadMessage): Person {
  const [card] = contacts
  const phone = parsePhone(card?.phones?.[0]?.phone ?? '')
  if (contacts.length !== 1 || phone === undefined || person.phone !== undefined) return person
  return { ...person, phone, identities: [...person.identities, { kind: 'phone', value: phone }] }
}

/** A phone number or WhatsApp id without its plus. */
export function digits(text: string | undefined): string | undefined {
  const found = typeof text === 'string' ? text.replaceAll(/\D/g, '') : ''
  return found === '' ? undefined : found
}

export function filled(text: string | undefined): string | undefined {
  return typeof text === 'string' && text !== '' ? text : undefined
}
