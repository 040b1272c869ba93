import { countryOfPhone, parsePhone } from '../../../src/platform/phone.ts'
import { keyOf } from '../fields/crm-field.ts'
import { firstPage } from '../pages.ts'
import { type ContactPayload, contactPayload } from '../payload.ts'
import type { AmocrmTools } from '../tools.ts'

/** How many of those that a search brings are looked at. */
const looked = 50
/** Phones are written with and without the code of their country; these digits are always the same. */
const nationalDigits = 10

/**
 * Looks for a contact by any of its phones (E.164) and e-mails. The vendor's search finds what is only like it, so what it brings is
 * compared; of several the one that was made first is taken.
 */
export async function findContact(
  tools: AmocrmTools,
  { phones, emails }: { phones: string[]; emails: string[] },
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const phone of phones) {
    const country = countryOfPhone(phone) ?? ''
    const query = phone.replaceAll(/\D/g, '').slice(-nationalDigits)
    const found = await search(tools, query, 'phone', (text) => parsePhone(text, country) === phone, signal)
    if (found !== undefined) return found
  }
  for (const email of emails) {
    const wanted = email.trim().toLowerCase()
    const found = await search(tools, wanted, 'email', (text) => text.trim().toLowerCase() === wanted, signal)
    if (found !== undefined) return found
  }
  return undefined
}

async function search(
  { client }: AmocrmTools,
  query: string,
  key: 'phone' | 'email',
  fits: (text: string) => boolean,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (query.length < 3) return undefined
  const list = { path: 'contacts', name: 'contacts', schema: contactPayload, query: { query }, limit: looked }
  const page = await firstPage(client, list, signal)
  const found = page.filter((contact) => !contact.is_deleted && textsOf(contact, key).some(fits))
  return found.length === 0 ? undefined : String(Math.min(...found.map(({ id }) => id)))
}

function textsOf({ custom_fields_values: fields }: ContactPayload, key: 'phone' | 'email'): string[] {
  return (fields ?? [])
    .filter(({ field_id: id, field_code: code, field_type: type }) => {
      return keyOf({ id, code, type: type ?? 'multitext' }, 'contact') === key
    })
    .flatMap(({ values }) => (values ?? []).map(({ value }) => String(value ?? '')))
}
