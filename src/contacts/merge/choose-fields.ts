import { isDeepStrictEqual } from 'node:util'
import type { Fault } from '../../platform/errors.ts'
import { type Contact, contactFieldNames, isBlocked } from '../contact.ts'
import type { MergeChoice } from './merges.table.ts'

/** A field that at least one of two contacts has, and whose value stays. */
export interface FieldChoice {
  /** As the API names it: `firstName`, `responsibleId`, `attributes.city`; `block` for all that belongs to a block. */
  field: string
  survivor: unknown
  second: unknown
  choice: MergeChoice
  /** Both have a value, and not the same: somebody may want to choose. */
  differs: boolean
}

/** What becomes of the survivor's fields. */
export interface ChosenFields {
  choices: FieldChoice[]
  /** What changes in the survivor. */
  changes: Partial<Contact>
  faults: Fault[]
}

/**
 * Chooses between two contacts field by field. Without a wish the survivor's value stays, or the second's where the survivor
 * has none; who is blocked stays so, as long as the longer block lasts. Labels are added up.
 */
export function chooseFields(
  survivor: Contact,
  second: Contact,
  wishes: Record<string, MergeChoice>,
  now: Date,
): ChosenFields {
  const fields = comparedFields(survivor, second, now)
  const faults = Object.keys(wishes)
    .filter((field) => !fields.some((each) => each.field === field))
    .map((field) => ({
      path: `choices.${field}`,
      message: `there is nothing to choose; expected one of ${fields.map((each) => each.field).join(', ') || 'nothing'}`,
    }))
  const choices = fields.map((each) => ({ ...each, choice: wishes[each.field] ?? each.choice }))
  return { choices, changes: changesOf(survivor, second, choices), faults }
}

function comparedFields(survivor: Contact, second: Contact, now: Date): FieldChoice[] {
  const names = new Set([...Object.keys(survivor.attributes), ...Object.keys(second.attributes)])
  const fields: [string, unknown, unknown][] = [
    ...plainFields.map((field): [string, unknown, unknown] => [field, survivor[field], second[field]]),
    ...[...names].map((name): [string, unknown, unknown] => [
      `attributes.${name}`,
      survivor.attributes[name] ?? null,
      second.attributes[name] ?? null,
    ]),
  ]
  const compared = fields
    .filter(([, one, other]) => one !== null || other !== null)
    .map(
      ([field, one, other]): FieldChoice => ({
        field,
        survivor: one,
        second: other,
        choice: one === null ? 'second' : 'survivor',
        differs: one !== null && other !== null && !isDeepStrictEqual(one, other),
      }),
    )
  const block = comparedBlock(survivor, second, now)
  return block ? [...compared, block] : compared
}

function comparedBlock(survivor: Contact, second: Contact, now: Date): FieldChoice | undefined {
  const [one, other] = [survivor, second].map((contact) => (isBlocked(contact, now) ? contact.blockedUntil : null))
  if (!one && !other) return undefined
  return {
    field: 'block',
    survivor: one ? { until: one.toISOString(), reason: survivor.blockedReason } : null,
    second: other ? { until: other.toISOString(), reason: second.blockedReason } : null,
    choice: other && (!one || other > one) ? 'second' : 'survivor',
    differs: one?.getTime() !== other?.getTime(),
  }
}

function changesOf(survivor: Contact, second: Contact, choices: readonly FieldChoice[]): Partial<Contact> {
  const taken = choices.filter((each) => each.choice === 'second').map((each) => each.field)
  const labels = [...new Set([...survivor.labels, ...second.labels])]
  const setByHand = [
    ...survivor.setByHand.filter((field) => !taken.includes(field)),
    ...second.setByHand.filter((field) => taken.includes(field)),
  ]
  const attributes = { ...survivor.attributes }
  for (const field of taken) {
    const name = /^attributes\.(.*)$/s.exec(field)?.[1]
    if (name === undefined) continue
    const value = second.attributes[name] ?? null
    if (value === null) delete attributes[name]
    else attributes[name] = value
  }
  const changes: Partial<Contact> = {
    ...Object.fromEntries(plainFields.filter((field) => taken.includes(field)).map((field) => [field, second[field]])),
    ...(taken.includes('block') ? Object.fromEntries(blockFields.map((field) => [field, second[field]])) : {}),
    labels,
    setByHand,
    attributes,
    lastActivityAt: latest(survivor.lastActivityAt, second.lastActivityAt),
  }
  return Object.fromEntries(
    Object.entries(changes).filter(([field, value]) => !isDeepStrictEqual(survivor[field as keyof Contact], value)),
  )
}

const plainFields = [...contactFieldNames.keys(), 'responsibleId'] as const
const blockFields = ['blockedUntil', 'blockedReason', 'blockedById', 'blockedAt', 'blockedMessages'] as const

function latest(one: Date | null, other: Date | null): Date | null {
  if (!one || !other) return one ?? other
  return one > other ? one : other
}
