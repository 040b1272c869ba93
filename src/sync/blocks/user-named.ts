import type { CrmLists } from '../crm.ts'
import type { CrmMapping } from '../mapping/mapping.ts'
import type { OurSide } from '../mapping/our-side.ts'
import { operatorsNamed, userThere } from '../mapping/users.ts'
import { allNamed, type Found, unknownThere } from './named-there.ts'

/** The user there, by id, whom an operator's e-mail means, or the user's own e-mail or name. */
export function userNamed(
  integration: { lists: CrmLists; mapping: CrmMapping },
  side: OurSide,
  named: string,
): Found<string> {
  const [operator] = operatorsNamed(side.operators, named)
  const mapped = operator && userThere(integration, operator)
  if (mapped && 'value' in mapped) return mapped
  const { users } = integration.lists
  const found = allNamed(named, users, ({ id, name, email }) => [id, name, ...(email === undefined ? [] : [email])])
  if (found.length === 1) return { value: found[0]!.id }
  if (found.length > 1) return { fault: `several users there are called "${named}"; expected an e-mail` }
  if (mapped) return mapped
  return {
    fault: unknownThere(
      'user',
      named,
      users.map(({ name }) => name),
      users.flatMap(({ email }) => email ?? []),
    ),
  }
}
