import type { CrmField, CrmLists } from '../crm.ts'
import { fieldsThere, findTheirField, partsOf } from '../mapping/their-fields.ts'
import { allNamed, type Found, unknownThere } from './named-there.ts'

/** Fields for which the blocks have options. */
const ownOptions = ['stage', 'responsible']

/** The field there that its key means, `KEY:KIND`, or its title. */
export function fieldNamed(lists: CrmLists, entity: 'contact' | 'deal', named: string): Found<CrmField> {
  if (ownOptions.includes(named)) return { fault: `expected the option "${named}" of the block to be given instead` }
  const byKey = findTheirField(lists, entity, named)
  if (byKey) return { value: byKey }
  const all = fieldsThere(lists, entity).filter(({ key }) => !ownOptions.includes(key))
  const titled = allNamed(named, all, ({ title }) => [title])
  if (titled.length === 1) return { value: titled[0]! }
  if (titled.length > 1) {
    const keys = titled.map(({ key }) => key).join(', ')
    return { fault: `several fields there are called "${named}"; expected a key: ${keys}` }
  }
  const { base, kind } = partsOf(named)
  const kinds = all.find(({ key }) => key === base)?.variants
  if (kind !== undefined && kinds)
    return { fault: `"${base}" has no kind "${kind}"; expected one of ${kinds.join(', ')}` }
  return {
    fault: unknownThere(
      `field of a ${entity}`,
      named,
      all.map(({ title }) => title),
      all.map(({ key }) => key),
    ),
  }
}
