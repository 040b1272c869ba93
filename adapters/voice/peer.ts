import type { Person } from '../../src/conversations/event.ts'
import { parsePhone } from '../../src/platform/phone.ts'

/** The other side of a call. */
export interface Peer {
  person: Person
  /** For people: the number, or the SIP address. */
  title: string
}

/** What phone systems put in the place of a number that is withheld. */
const withheld = /^(anonymous|restricted|unavailable|unknown|private|withheld|)$/i

/**
 * Tells who is on the other side: a phone by its number, an extension or a SIP address by that. Whoever withholds the number is somebody
 * new in each call.
 *
 * @param country How a number without a country code is read.
 */
export function readPeer(address: string, country: string, call: string): Peer {
  const bare = /<([^>]*)>/.exec(address)?.[1] ?? address
  const [sip = ''] = bare
    .trim()
    .replace(/^(sips?|tel):/i, '')
    .split(/[;?]/)
  const [user = ''] = sip.split('@')
  if (withheld.test(decode(user))) {
    return { person: { identities: [{ kind: 'sip', value: `anonymous:${call}` }] }, title: 'anonymous' }
  }
  const phone = /^\+?[\d\s().-]+$/.test(decode(user)) ? parsePhone(decode(user), country) : undefined
  if (phone) return { person: { identities: [{ kind: 'phone', value: phone }], phone }, title: phone }
  const value = sip.slice(0, 320)
  return { person: { identities: [{ kind: 'sip', value }] }, title: value }
}

function decode(user: string): string {
  try {
    return decodeURIComponent(user)
  } catch {
    return user
  }
}
