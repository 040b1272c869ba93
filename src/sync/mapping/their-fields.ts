import type { CrmField, CrmLists } from '../crm.ts'
import type { CrmMapping, Direction } from './mapping.ts'
import type { MappedEntity } from './our-side.ts'

/** The field there that a mapping names, also by `KEY:KIND`; undefined when the account has none. */
export function findTheirField(lists: CrmLists | null, entity: MappedEntity, key: string): CrmField | undefined {
  const fields = fieldsThere(lists, entity)
  const found = fields.find((field) => field.key === key)
  if (found) return found
  const { base, kind } = partsOf(key)
  const field = fields.find((one) => one.key === base)
  return kind !== undefined && field?.variants?.includes(kind) ? { ...field, key } : undefined
}

/** The fields that can be mapped. What every CRM has is among them, though an account may not list it among its fields. */
export function fieldsThere(lists: CrmLists | null, entity: MappedEntity): CrmField[] {
  if (!lists) return []
  const listed = lists.fields[entity]
  const implied: CrmField[] = [
    ...(entity === 'deal' && lists.pipelines.length > 0 ? [stageField] : []),
    ...(lists.users.length > 0 ? [responsibleField] : []),
  ]
  return [...listed, ...implied.filter(({ key }) => listed.every((field) => field.key !== key))]
}

const stageField: CrmField = { key: 'stage', title: 'Stage', type: 'text' }
const responsibleField: CrmField = { key: 'responsible', title: 'Responsible', type: 'text' }

/** The key of a field, and the kind behind its last colon. */
export function partsOf(key: string): { base: string; kind?: string } {
  const at = key.lastIndexOf(':')
  return at === -1 ? { base: key } : { base: key.slice(0, at), kind: key.slice(at + 1) }
}

/**
 * Which way the value of each mapped field goes, by its key there, `tags` among them. A field that the account does not have any more is not
 * among them, and one that can only be read is not pushed.
 */
export function directionsOf(
  { mapping, lists }: { mapping: CrmMapping; lists: CrmLists | null },
  entity: MappedEntity,
): Map<string, Direction> {
  const directions = new Map<string, Direction>()
  for (const { theirs, direction } of mapping[entity]) {
    const field = findTheirField(lists, entity, theirs)
    if (!field || (field.readOnly && direction === 'push')) continue
    directions.set(theirs, field.readOnly ? 'pull' : direction)
  }
  if (entity === 'contact' && mapping.labels !== 'none') directions.set('tags', mapping.labels)
  return directions
}
