import type { Fault } from '../../platform/errors.ts'
import type { ProjectLookup } from '../block.ts'
import { operatorFault, stageFaults } from '../blocks/project-faults.ts'
import { contactFieldFault } from '../blocks/target.ts'
import type { Trigger } from '../flow.ts'

/** What keeps a trigger from ever being pulled, as far as the project tells; by path of its option. */
export function changeTriggerFaults(trigger: Trigger, lookup: ProjectLookup): Fault[] {
  switch (trigger.type) {
    case 'stage_entered':
    case 'deal_created':
      return stageFaults(trigger, lookup, true)
    case 'field_changed':
      return fieldFaults(notOfContacts.get(trigger.field) ?? contactFieldFault(trigger.field, lookup))
    case 'deal_field_changed':
      return fieldFaults(notOfDeals.get(trigger.field))
    case 'assigned':
      return operatorFault('operator', trigger.operator, lookup)
    default:
      return []
  }
}

function fieldFaults(message: string | undefined): Fault[] {
  return message ? [{ path: 'field', message }] : []
}

const notOfContacts: ReadonlyMap<string, string> = new Map([
  ['contact.id', 'never changes'],
  ['contact.name', 'is put together; expected contact.first_name or contact.last_name'],
  ['contact.labels', 'has triggers of its own; expected the trigger label_added or label_removed'],
])

const moved = 'has a trigger of its own; expected the trigger stage_entered'
const notOfDeals: ReadonlyMap<string, string> = new Map([
  ['deal.id', 'never changes'],
  ['deal.number', 'never changes'],
  ...['spot', 'pipeline', 'stage', 'status'].map((name): [string, string] => [`deal.${name}`, moved]),
  ['deal.responsible', 'has a trigger of its own; expected the trigger assigned'],
])
