import type { Identity } from '../../../src/conversations/message.ts'
import { parsePhone } from '../../../src/platform/phone.ts'
import type { UserIds } from './engine.ts'

/** The part of an id before the `@`, without the number of a device (`15550100:12@c.us`). */
export const userOf = (id: string): string => (id.split('@')[0] ?? '').split(':')[0] ?? ''

/** An id in the form that the rest uses: `c.us` for people of a phone number, no number of a device. */
export function plainId(id: string): string {
  const server = id.split('@')[1] ?? ''
  return `${userOf(id)}@${server === 's.whatsapp.net' ? 'c.us' : server}`
}

/** What is known of an id by itself. */
export function idsOfOne(id: string): UserIds {
  return id.endsWith('@lid') ? { lid: plainId(id) } : { phone: plainId(id) }
}

/** A person's identities, the surest first: the number, which other channels know, too; then WhatsApp's id that hides it. */
export function identitiesOf({ phone, lid }: UserIds): Identity[] {
  const identities: Identity[] = []
  if (phone !== undefined) {
    const e164 = parsePhone(`+${userOf(phone)}`)
    identities.push({ kind: 'whatsapp', value: userOf(phone) })
    if (e164 !== undefined) identities.push({ kind: 'phone', value: e164 })
  }
  if (lid !== undefined) identities.push({ kind: 'whatsapp_lid', value: userOf(lid) })
  return identities
}

/** The id that WhatsApp knows a person by; undefined when none of the identities is one. */
export function userOfIdentities(identities: readonly Identity[]): string | undefined {
  for (const [kind, pattern, server] of readable) {
    for (const identity of identities) {
      const digits = identity.kind === kind ? pattern.exec(identity.value)?.[1] : undefined
      if (digits !== undefined) return `${digits}@${server}`
    }
  }
  return undefined
}

/** How a person is mentioned: `@<number>` in the text is how WhatsApp finds the id. */
export function mentionOf(identity: Identity): { text: string; id: string } | undefined {
  const id = userOfIdentities([identity])
  return id === undefined ? undefined : { text: `@${userOf(id)}`, id }
}

const readable = [
  ['whatsapp', /^(\d{5,16})$/, 'c.us'],
  ['phone', /^\+(\d{5,16})$/, 'c.us'],
  // Another number of ours, by what its channel is called.
  ['address', /^\+(\d{5,16})$/, 'c.us'],
  ['whatsapp_lid', /^(\d{1,20})$/, 'lid'],
] as const

/** Whether two ids can only be the same person: their numbers or their hidden ids agree. */
export function sameUser(id: string, ids: UserIds): boolean {
  const plain = plainId(id)
  return plain === ids.phone || plain === ids.lid
}
