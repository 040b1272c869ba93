import type { Person } from '../../../src/conversations/event.ts'
import type { Correspondent } from './letter.ts'

/** A person as the head of a letter tells of them: their address, and the name before it. */
export function personOf({ name, address }: Correspondent): Person {
  return { identities: [{ kind: 'email', value: address }], email: address, ...namesOf(name) }
}

/** `Ann Example`, or `Example, Ann`; what is an address or a quoted word only is no name. */
function namesOf(name: string | undefined): { firstName?: string; lastName?: string } {
  const said = name?.replaceAll(/^["'\s]+|["'\s]+$/g, '') ?? ''
  if (said === '' || said.includes('@')) return {}
  const turned = /^([^,]+),\s*([^,]+)$/.exec(said)
  const words = turned ? `${turned[2]} ${turned[1]}` : said
  const [firstName = '', ...rest] = words.split(/\s+/)
  return { firstName, ...(rest.length > 0 && { lastName: rest.join(' ') }) }
}
