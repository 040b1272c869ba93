import type { WrittenThere } from '../../flows/block.ts'
import type { Fault } from '../../platform/errors.ts'
import type { CrmField, CrmLists, CrmValue } from '../crm.ts'
import type { OurField } from '../mapping/our-fields.ts'
import type { MappedIntegration, OurSide } from '../mapping/our-side.ts'
import { findTheirField } from '../mapping/their-fields.ts'
import { toTheirs } from '../mapping/to-theirs.ts'
import { fieldNamed } from './field-named.ts'
import { isKnown } from './named-there.ts'
import { type DealThere, stageNamed } from './stage-named.ts'
import { userNamed } from './user-named.ts'

/** What a block wants, in the words of the other CRM. */
export interface WantedThere {
  /** By key of the field there. */
  values: Record<string, CrmValue>
  /** The id of the user who is to do the task. */
  taskResponsible?: string
  /** By path of the block's option. */
  faults: Fault[]
}

/**
 * Turns names into ids, and values into those that the fields there take. Without `deal` a block is checked before it runs: nothing is known
 * of the deal then, and what holds placeholders is passed over.
 */
export function wantedThere(
  integration: MappedIntegration & { lists: CrmLists },
  side: OurSide,
  written: WrittenThere,
  deal?: DealThere,
): WantedThere {
  const { lists } = integration
  const isRun = deal !== undefined
  const { entity, name, budget, responsible, task } = written
  const result: WantedThere = { values: {}, faults: [] }
  const fault = (path: string, message: string) => void result.faults.push({ path, message })
  const put = (path: string, field: CrmField | undefined, ours: OurField, value: unknown) => {
    const read = field ? convert(field, ours, value) : { fault: 'the account there has no such field' }
    if ('fault' in read) fault(path, read.fault)
    else result.values[field!.key] = read.value
  }
  const convert = (field: CrmField, ours: OurField, value: unknown) =>
    field.readOnly ? { fault: `"${field.title}" can only be read there` } : toTheirs(value, ours, field, side.locale)
  const user = (path: string, named: string): string | undefined => {
    const found = userNamed(integration, side, named)
    if ('value' in found) return found.value
    fault(path, found.fault)
    return undefined
  }

  if (isKnown(name, isRun)) put('name', findTheirField(lists, entity, 'name'), { name: 'name', type: 'text' }, name)
  if (isKnown(budget, isRun))
    put('budget', findTheirField(lists, entity, 'budget'), { name: 'budget', type: 'number' }, budget)
  if (entity === 'deal') {
    const stage = stageNamed(integration, written, deal)
    if ('fault' in stage) result.faults.push(stage.fault)
    else if (stage.value !== undefined) result.values.stage = stage.value
  }
  if (isKnown(responsible, isRun)) {
    const id = user('responsible', responsible)
    if (id !== undefined) result.values.responsible = id
  }
  for (const [index, { to, value }] of written.fields.entries()) {
    const field = fieldNamed(lists, entity, to)
    if ('fault' in field) fault(`fields[${index}].to`, field.fault)
    else if (isKnown(value, isRun)) put(`fields[${index}].value`, field.value, { name: 'value', type: 'any' }, value)
  }
  if (isKnown(task?.responsible, isRun)) result.taskResponsible = user('task.responsible', task.responsible)
  return result
}
