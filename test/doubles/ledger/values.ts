import { AppError } from '../../../src/platform/errors.ts'
import type { CrmEntity, CrmField, CrmFieldType, CrmLists, CrmValue } from '../../../src/sync/crm.ts'

/** One value of a field that holds several, with its kind. */
export interface KindValue {
  value: string
  kind: string
}

/** What stands in a record: fields whose values have kinds keep them. */
export type Kept = Record<string, CrmValue | KindValue[]>

/** Puts values into what stands there, as the vendor does; throws `invalid` before anything is put in. */
export function putValues(lists: CrmLists, entity: CrmEntity, kept: Kept, values: Record<string, CrmValue>): Kept {
  const result = { ...kept }
  for (const [name, value] of Object.entries(values)) {
    const [key = '', kind] = name.split(':')
    const field = fieldOf(lists, entity, key)
    if (!field) throw new AppError('invalid', `A ${entity} has no field ${name}.`)
    if (field.readOnly) throw new AppError('invalid', `${name} can be read only.`)
    const fault = valueFault(lists, field, value)
    if (fault) throw new AppError('invalid', `${name}: ${fault}, not ${JSON.stringify(value)}.`)
    if (field.variants) result[key] = withKinds(field.variants, result[key], kind, value)
    else if (kind !== undefined) throw new AppError('invalid', `${key} has no kinds.`)
    else result[key] = value
  }
  return result
}

/** What stands there as it is read. */
export function shownValues(lists: CrmLists, entity: CrmEntity, kept: Kept): Record<string, CrmValue> {
  const shown: Record<string, CrmValue> = {}
  for (const [key, value] of Object.entries(kept)) {
    if (!isKinds(value)) {
      shown[key] = value
      continue
    }
    shown[key] = value.length === 0 ? null : value.map((each) => each.value)
    for (const kind of fieldOf(lists, entity, key)?.variants ?? []) {
      const ofKind = value.filter((each) => each.kind === kind).map((each) => each.value)
      if (ofKind.length > 0) shown[`${key}:${kind}`] = ofKind
    }
  }
  return shown
}

/** The way of a vendor who keeps nothing as it was given. */
export function lossy(type: CrmFieldType | undefined, value: CrmValue): CrmValue {
  if (Array.isArray(value)) return value.map((each) => String(lossy(type, each)))
  if (typeof value === 'number') return Math.round(value)
  if (typeof value !== 'string') return value
  if (type === 'phone') return value.replace(/^\+?(\d{1,2})(\d{3})(\d{3})(\d+)$/, '+$1 ($2) $3-$4')
  return type === 'email' ? value.trim().toLowerCase() : value.trim().replace(/[ \t]+/g, ' ')
}

export function fieldOf(lists: CrmLists, entity: CrmEntity, key: string): CrmField | undefined {
  const fields: CrmField[] = {
    contact: lists.fields.contact,
    deal: lists.fields.deal,
    note: [text],
    task: [
      text,
      responsible,
      { key: 'due_at', title: 'Due', type: 'datetime' as const },
      { key: 'done', title: 'Done', type: 'boolean' as const },
    ],
  }[entity]
  return fields.find((field) => field.key === key)
}

const responsible: CrmField = { key: 'responsible', title: 'Responsible', type: 'text' }
const text: CrmField = { key: 'text', title: 'Text', type: 'text' }

function valueFault(lists: CrmLists, field: CrmField, value: CrmValue): string | undefined {
  if (value === null) return field.key === 'name' || field.key === 'text' ? 'expected not to be empty' : undefined
  const { key, type, choices = [], multiple } = field
  if (key === 'stage') {
    const stages = lists.pipelines.flatMap(({ id, stages }) => stages.map((stage) => `${id}/${stage.id}`))
    return stages.includes(String(value)) ? undefined : `expected one of ${stages.join(', ')}`
  }
  if (key === 'responsible') {
    return lists.users.some(({ id }) => id === value) ? undefined : 'expected the id of a user'
  }
  if (type === 'choices' || multiple) {
    if (!Array.isArray(value)) return 'expected a list'
    if (type === 'choices') return value.every((each) => choices.includes(each)) ? undefined : 'expected only choices'
    return value.map((each) => textFault(type, each)).find((fault) => fault !== undefined)
  }
  if (type === 'choice') return choices.includes(String(value)) ? undefined : `expected one of ${choices.join(', ')}`
  if (type === 'number') {
    if (typeof value !== 'number' || !Number.isFinite(value)) return 'expected a number'
    return field.whole && !Number.isInteger(value) ? 'expected a number without fractions' : undefined
  }
  if (type === 'boolean') return typeof value === 'boolean' ? undefined : 'expected yes or no'
  return textFault(type, value, field.maxLength)
}

function textFault(type: CrmFieldType, value: unknown, maxLength = 10_000): string | undefined {
  if (typeof value !== 'string' || value === '') return 'expected text'
  if (type === 'date') return /^\d{4}-\d\d-\d\d$/.test(value) ? undefined : 'expected a date'
  if (type === 'datetime') return /^\d{4}-\d\d-\d\dT.*Z$/.test(value) ? undefined : 'expected a moment in UTC'
  if (type === 'phone') return /\d{3}/.test(value) ? undefined : 'expected a phone'
  if (type === 'email') return value.includes('@') ? undefined : 'expected an e-mail'
  if (type === 'link') return URL.canParse(value) ? undefined : 'expected an address'
  return value.length <= maxLength ? undefined : `expected at most ${maxLength} characters`
}

/** What is written under a kind replaces those of that kind; what is written without one replaces all, and what stays keeps its kind. */
function withKinds(variants: string[], before: Kept[string] | undefined, kind: string | undefined, value: CrmValue) {
  if (kind !== undefined && !variants.includes(kind)) throw new AppError('invalid', `There is no kind ${kind}.`)
  const old = isKinds(before) ? before : []
  const texts = Array.isArray(value) ? value : []
  if (kind === undefined) {
    return texts.map((each) => ({
      value: each,
      kind: old.find(({ value: was }) => was === each)?.kind ?? variants[0]!,
    }))
  }
  return [...old.filter((each) => each.kind !== kind), ...texts.map((each) => ({ value: each, kind }))]
}

function isKinds(value: Kept[string] | undefined): value is KindValue[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'object')
}
