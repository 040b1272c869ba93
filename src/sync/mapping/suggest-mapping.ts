import type { CrmField, CrmLists } from '../crm.ts'
import { defaultMapping, isSameName, usersOfEqualName } from './default-mapping.ts'
import type { CrmMapping, FieldMapping } from './mapping.ts'
import { fittingDirection } from './misfit.ts'
import { ourFields } from './our-fields.ts'
import type { MappedEntity, OurSide } from './our-side.ts'
import { fieldsThere } from './their-fields.ts'

/**
 * A mapping to begin with: the one of a new integration, and besides custom fields of contacts that have the same title on both sides and fit,
 * fields there that are called as one of ours, and people of the same name. To be looked at before it is used. Pure.
 */
export function suggestMapping(lists: CrmLists | null, side: OurSide): CrmMapping {
  const usual = defaultMapping(lists, side)
  if (!lists) return usual
  return {
    ...usual,
    contact: [...usual.contact, ...fieldsOfEqualTitle('contact', usual.contact, lists, side)],
    deal: [...usual.deal, ...fieldsOfEqualTitle('deal', usual.deal, lists, side)],
    users: usersOfEqualName(lists.users, side),
  }
}

function fieldsOfEqualTitle(
  entity: MappedEntity,
  usual: FieldMapping[],
  lists: CrmLists,
  side: OurSide,
): FieldMapping[] {
  const titles = new Map(side.attributes.map(({ name, title }) => [`attributes.${name}`, title]))
  const free = fieldsThere(lists, entity).filter(({ key }) => usual.every(({ theirs }) => theirs !== key))
  const taken = new Set<CrmField>()
  // Whoever has first and last name needs the whole name no more.
  const wanted = ourFields(entity, side).filter(
    ({ name, sendOnly }) => !sendOnly && name !== 'name' && usual.every(({ ours }) => ours !== name),
  )
  return wanted.flatMap((ours) => {
    const isCalled = ({ key, title }: CrmField) =>
      [ours.name.split('.').at(-1)!, titles.get(ours.name) ?? ''].some(
        (own) => isSameName(own, title) || isSameName(own, key),
      )
    const field = free.find((one) => !taken.has(one) && isCalled(one) && fittingDirection(ours, one))
    if (!field) return []
    taken.add(field)
    return [{ ours: ours.name, theirs: field.key, direction: fittingDirection(ours, field)! }]
  })
}
