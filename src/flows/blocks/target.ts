import { z } from 'zod'
import { type ContactFields, contactFieldNames } from '../../contacts/contact.ts'
import type { AttributeValue } from '../../contacts/contacts.table.ts'
import type { Actions } from '../actions.ts'
import type { ProjectLookup } from '../block.ts'

/** The contact's own fields by the names that placeholders use; every other `contact.` name is an attribute. */
const contactFields: ReadonlyMap<string, keyof ContactFields> = new Map(
  [...contactFieldNames].map(([field, name]) => [name, field]),
)

/** What placeholders show of a contact and nobody sets by name. */
const shownOfContact = ['id', 'name', 'labels']

/** What placeholders show of a deal beside its variables. */
const shownOfDeal = ['id', 'number', 'name', 'budget', 'currency', 'description', 'status', 'spot', 'pipeline', 'stage']

/** Where a value is kept, named as the placeholder that reads it again. */
export const targetSchema = z
  .string()
  .regex(/^(contact|deal|run)\.[\p{L}_][\p{L}\p{N}_-]{0,63}$/u, 'expected contact.…, deal.… or run.… and a name')
  .describe(
    'Where the value is kept, as the placeholder that reads it: `contact.phone` (a field of the contact), ' +
      '`contact.birthday` (an attribute), `deal.model` (a variable of the deal), `run.answer` (a variable of this run).',
  )

/** Why a value cannot be kept there; undefined when it can. */
export function targetFault(target: string, lookup: ProjectLookup): string | undefined {
  const [owner, name] = parts(target)
  if (owner === 'deal' && shownOfDeal.includes(name)) {
    return `"${target}" is a field of the deal, not a variable; expected another name`
  }
  if (owner !== 'contact' || contactFields.has(name) || lookup.attributes.has(name)) return undefined
  if (shownOfContact.includes(name)) return `"${target}" cannot be set; expected another field or an attribute`
  return contactNameFault(target)
}

/** Why a `contact.` name cannot be read; undefined when the contact has it. */
export function contactFieldFault(field: string, lookup: ProjectLookup): string | undefined {
  const [owner, name] = parts(field)
  if (owner !== 'contact' || contactFields.has(name) || shownOfContact.includes(name)) return undefined
  return lookup.attributes.has(name) ? undefined : contactNameFault(field)
}

function contactNameFault(field: string): string {
  return `the project has no attribute "${parts(field)[1]}"; expected one of its attributes or ${[...contactFields.keys()].join(', ')}`
}

/** What {@link saveValues} may do. */
export const saveNeeds = ['setContact', 'setVariables', 'setDealVariables'] as const

/** Keeps values at their targets, with one action an owner. */
export async function saveValues(
  act: Pick<Actions, (typeof saveNeeds)[number]>,
  values: ReadonlyMap<string, unknown>,
): Promise<void> {
  const fields: ContactFields = {}
  const attributes: Record<string, AttributeValue> = {}
  const variables: Record<string, unknown> = {}
  const dealVariables: Record<string, unknown> = {}
  for (const [target, value] of values) {
    const [owner, name] = parts(target)
    const field = contactFields.get(name)
    if (owner === 'run') variables[name] = value ?? null
    else if (owner === 'deal') dealVariables[name] = value ?? null
    else if (field) fields[field] = fieldText(value)
    else attributes[name] = attributeValue(value)
  }
  if (Object.keys(fields).length + Object.keys(attributes).length > 0) await act.setContact(fields, attributes)
  if (Object.keys(variables).length > 0) await act.setVariables(variables)
  if (Object.keys(dealVariables).length > 0) await act.setDealVariables(dealVariables)
}

function parts(target: string): [owner: string, name: string] {
  const [owner, name] = target.split('.')
  return [owner ?? '', name ?? '']
}

function fieldText(value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function attributeValue(value: unknown): AttributeValue {
  if (value === undefined || value === null) return null
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.map((item) => (typeof item === 'string' ? item : JSON.stringify(item)))
  return JSON.stringify(value)
}
