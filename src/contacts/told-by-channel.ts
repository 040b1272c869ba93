import { countryOfPhone } from '../platform/phone.ts'
import { type Contact, type ContactFields, readLanguage } from './contact.ts'
import { type Identity, identityKey } from './identity.ts'

/** What a channel tells of a person. */
export interface Told {
  /** The surest first: the first one finds the contact. */
  identities: Identity[]
  firstName?: string
  lastName?: string
  username?: string
  /** E.164. */
  phone?: string
  email?: string
  /** BCP 47. */
  language?: string
  country?: string
  timeZone?: string
  picture?: string
  trafficSource?: string
}

const fields = [
  'firstName',
  'lastName',
  'phone',
  'email',
  'language',
  'timeZone',
  'picture',
  'trafficSource',
] as const satisfies (keyof ContactFields)[]

/**
 * The fields that a contact takes over from its channel: those it has nothing in, and the username, which people change
 * there. What somebody set or took away by hand stays as it is.
 */
export function newlyTold(contact: Contact, told: Told): ContactFields {
  const taken: ContactFields = {}
  for (const field of fields) {
    if (contact[field] === null && told[field] !== undefined) taken[field] = told[field]
  }
  if (taken.language) taken.language = readLanguage(taken.language) ?? taken.language
  if (told.username !== undefined && told.username !== contact.username) taken.username = told.username
  if (contact.country === null) {
    const country = toldCountry(told)
    if (country) taken.country = country
  }
  for (const field of contact.setByHand) delete taken[field as keyof ContactFields]
  return taken
}

/**
 * The phones and e-mails that the channel vouches for and the contact is not yet known to have. With `all` also the vendor's own
 * ids, of which only the database can tell whether they are known, so this is not asked with every message: the further ones, and the
 * surest one where the contact came by another (`cameBy`).
 */
export function newlyToldIdentities(contact: Contact, told: Told, cameBy: string | null, all: boolean): Identity[] {
  const [first, ...others] = told.identities
  const further = others.filter(({ kind, value }) => {
    if (kind === 'phone') return value !== contact.phone
    return kind === 'email' ? value !== contact.email : all
  })
  const foreign = all && first && cameBy !== null && identityKey(first) !== cameBy
  return foreign ? [first, ...further] : further
}

/**
 * The country as the channel names it, else that of the phone, else the region of the language. English says nothing of
 * where somebody is: devices all over the world are set to en-US.
 */
export function toldCountry({ country, phone, language }: Pick<Told, 'country' | 'phone' | 'language'>) {
  return country ?? (phone && countryOfPhone(phone)) ?? (language?.includes('-') ? regionOf(language) : undefined)
}

function regionOf(tag: string): string | undefined {
  const canonical = readLanguage(tag)
  if (!canonical) return undefined
  const { language, region } = new Intl.Locale(canonical)
  return language !== 'en' && region && /^[A-Z]{2}$/.test(region) ? region : undefined
}
