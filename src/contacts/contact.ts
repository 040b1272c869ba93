import { IANAZone } from 'luxon'
import { z } from 'zod'
import type { Fault } from '../platform/errors.ts'
import { type Countries, parsePhone } from '../platform/phone.ts'
import type { contacts } from './contacts.table.ts'
import type { Identity } from './identity.ts'

/** A person we talk with. */
export type Contact = typeof contacts.$inferSelect

/** The contact's own fields that may be set; null takes a value away. */
export interface ContactFields {
  firstName?: string | null
  lastName?: string | null
  username?: string | null
  phone?: string | null
  email?: string | null
  country?: string | null
  language?: string | null
  timeZone?: string | null
  trafficSource?: string | null
  picture?: string | null
}

/** What placeholders and postbacks call the fields. */
export const contactFieldNames: ReadonlyMap<keyof ContactFields, string> = new Map([
  ['firstName', 'first_name'],
  ['lastName', 'last_name'],
  ['username', 'username'],
  ['phone', 'phone'],
  ['email', 'email'],
  ['country', 'country'],
  ['language', 'language'],
  ['timeZone', 'time_zone'],
  ['trafficSource', 'traffic_source'],
  ['picture', 'picture'],
])

/** Stands for "without end" in `blockedUntil`. */
export const forever = new Date('9999-12-31T23:59:59.000Z')

/** Whether the contact is kept out at this moment. */
export function isBlocked(contact: Pick<Contact, 'blockedUntil'>, now: Date): boolean {
  return contact.blockedUntil !== null && contact.blockedUntil > now
}

/** What placeholders and names are made of: of the contact itself, or of its view. */
type ShownContact = Required<ContactFields> & Pick<Contact, 'id' | 'attributes' | 'labels'>

/** What people call the contact: the name, or whatever else is known of it. */
export function contactName(contact: Omit<ShownContact, 'attributes' | 'labels'>): string {
  const name = [contact.firstName, contact.lastName].filter(Boolean).join(' ')
  return name || contact.username || contact.phone || contact.email || `Contact ${contact.id}`
}

/** What placeholders see: the fields, with the attributes beside them; a field wins over an attribute of its name. */
export function contactScope(contact: ShownContact): Record<string, unknown> {
  const scope: Record<string, unknown> = { ...contact.attributes }
  for (const [field, name] of contactFieldNames) scope[name] = contact[field]
  scope.id = contact.id
  scope.name = contactName(contact)
  scope.labels = contact.labels
  return scope
}

/** A contact as the API and webhooks show it. */
export interface ContactView extends Required<ContactFields> {
  id: number
  name: string
  responsibleId: number | null
  attributes: Contact['attributes']
  labels: string[]
  identities: Identity[]
  /** Null while the contact is not kept out; `until` null means without end. */
  blocked: {
    since: string | null
    until: string | null
    reason: string | null
    operatorId: number | null
    /** How many messages were kept back so far. */
    messages: number
  } | null
  lastActivityAt: string | null
  createdAt: string
  updatedAt: string
}

/** The contact as shown outside at a moment. */
export function contactView(contact: Contact, identities: Identity[], now: Date): ContactView {
  return {
    id: contact.id,
    name: contactName(contact),
    firstName: contact.firstName,
    lastName: contact.lastName,
    username: contact.username,
    phone: contact.phone,
    email: contact.email,
    country: contact.country,
    language: contact.language,
    timeZone: contact.timeZone,
    trafficSource: contact.trafficSource,
    picture: contact.picture,
    responsibleId: contact.responsibleId,
    attributes: contact.attributes,
    labels: contact.labels,
    identities: identities.map(({ kind, value }) => ({ kind, value })),
    blocked: isBlocked(contact, now)
      ? {
          since: contact.blockedAt?.toISOString() ?? null,
          until: contact.blockedUntil!.getTime() === forever.getTime() ? null : contact.blockedUntil!.toISOString(),
          reason: contact.blockedReason,
          operatorId: contact.blockedById,
          messages: contact.blockedMessages,
        }
      : null,
    lastActivityAt: contact.lastActivityAt?.toISOString() ?? null,
    createdAt: contact.createdAt.toISOString(),
    updatedAt: contact.updatedAt.toISOString(),
  }
}

/**
 * Brings fields into the form they are kept in; what cannot be is named as a fault. Empty text counts as absent.
 *
 * @param countries How a phone without a country code is read.
 */
export function readContactFields(
  input: ContactFields,
  countries: Countries,
): { fields: ContactFields; faults: Fault[] } {
  const fields: ContactFields = {}
  const faults: Fault[] = []
  for (const field of contactFieldNames.keys()) {
    const raw = input[field]
    if (raw === undefined) continue
    const text = raw === null ? '' : String(raw).trim()
    const value = text === '' ? null : readers[field](text, countries)
    if (value === undefined) faults.push({ path: field, message: `"${shortened(text)}" is not ${expectations[field]}` })
    else fields[field] = value
  }
  return { fields, faults }
}

/** The fields that people set by hand, with further ones: from now on the channels leave these alone. */
export function handSet(before: readonly string[], fields: readonly string[]): string[] {
  return [...new Set([...before, ...fields.filter((field) => contactFieldNames.has(field as keyof ContactFields))])]
}

type Reader = (text: string, countries: Countries) => string | undefined

const upTo =
  (length: number): Reader =>
  (text) =>
    text.length <= length ? text : undefined

const readers: Record<keyof ContactFields, Reader> = {
  firstName: upTo(200),
  lastName: upTo(200),
  username: (text) => upTo(200)(text.replace(/^@/, ''), ''),
  phone: parsePhone,
  email: (text) => z.email().max(254).safeParse(text.toLowerCase()).data,
  country: (text) => (/^[a-z]{2}$/i.test(text) ? text.toUpperCase() : undefined),
  language: readLanguage,
  timeZone: (text) => (IANAZone.isValidZone(text) ? text : undefined),
  trafficSource: upTo(500),
  picture: (text) =>
    z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .safeParse(text).data,
}

const expectations: Record<keyof ContactFields, string> = {
  firstName: 'at most 200 characters long',
  lastName: 'at most 200 characters long',
  username: 'at most 200 characters long',
  phone: 'a phone number; expected one such as +79161234567',
  email: 'an e-mail address; expected one such as anna@example.com',
  country: 'a country; expected two letters of ISO 3166-1 such as DE',
  language: 'a language; expected a BCP 47 tag such as de or pt-BR',
  timeZone: 'a time zone; expected an IANA name such as Europe/Moscow',
  trafficSource: 'at most 500 characters long',
  picture: 'the address of a picture; expected one that begins with http:// or https://',
}

/** The one spelling of a BCP 47 tag; undefined when it is none. */
export function readLanguage(text: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(text)[0]
  } catch {
    return undefined
  }
}

const shortened = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text)
