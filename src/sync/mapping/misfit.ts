import type { AttributeType } from '../../contacts/contacts.table.ts'
import type { CrmField, CrmFieldType } from '../crm.ts'
import type { Direction } from './mapping.ts'
import type { OurField } from './our-fields.ts'

/** What stands in the way of keeping a field of ours in one there, in the words of a fault; undefined when nothing does. */
export function misfit(ours: OurField, field: CrmField, direction: Direction): string | undefined {
  return (
    misfitOfNames(ours, field) ??
    (direction === 'pull' ? undefined : misfitOfPush(ours, field)) ??
    (direction === 'push' ? undefined : misfitOfPull(ours, field))
  )
}

/** The ways in which two fields fit. */
export function fittingDirection(ours: OurField, field: CrmField): Direction | undefined {
  return (['both', 'push', 'pull'] as const).find((direction) => misfit(ours, field, direction) === undefined)
}

/** What values of each type of ours can be kept in there. Texts are matched with the titles of choices one by one. */
const kept: Record<AttributeType, readonly CrmFieldType[]> = {
  text: ['text', 'address', 'choice', 'choices'],
  number: ['number', 'text'],
  date: ['date', 'datetime', 'text'],
  datetime: ['datetime', 'date', 'text'],
  choice: ['choice', 'choices', 'text', 'address'],
  choices: ['choices', 'text'],
  boolean: ['boolean', 'text'],
  phone: ['phone', 'text'],
  email: ['email', 'text'],
  link: ['link', 'text'],
}

/** What values of each type there can be kept in here. What people type is read one by one where it mostly is what is meant. */
const taken: Record<CrmFieldType, readonly AttributeType[]> = {
  text: ['text', 'choice', 'phone', 'email', 'link'],
  address: ['text'],
  number: ['number', 'text'],
  date: ['date', 'datetime', 'text'],
  datetime: ['datetime', 'date', 'text'],
  choice: ['choice', 'choices', 'text'],
  choices: ['choices', 'text'],
  boolean: ['boolean', 'text'],
  phone: ['phone', 'text'],
  email: ['email', 'text'],
  link: ['link', 'text'],
}

/** Stages and users are names of both sides: they answer to each other, and to nothing else but their names in words. */
function misfitOfNames(ours: OurField, field: CrmField): string | undefined {
  const named = { stage: 'stage', responsible: 'user' } as const
  const wanted = named[field.key as keyof typeof named]
  if (!wanted || wanted === ours.type) return undefined
  return `"${field.key}" there is kept by "${field.key}" of ours only`
}

function misfitOfPush(ours: OurField, field: CrmField): string | undefined {
  if (field.readOnly) return `${titleOf(field)} can only be read there; choose the direction pull`
  if (ours.type === 'any' || isNamed(ours, field)) return undefined
  const type = ours.type === 'stage' || ours.type === 'user' ? 'text' : ours.type
  if (!kept[type].includes(field.type)) {
    return `${titleOf(field)} is ${article(field.type)} there, in which ${article(type)} cannot be kept`
  }
  const missing = missingTitles(ours.choices, field.choices)
  return missing && `${titleOf(field)} has no choice ${missing} there; add it there, or remove it from ${ours.name}`
}

function misfitOfPull(ours: OurField, field: CrmField): string | undefined {
  if (isNamed(ours, field)) return undefined
  if (ours.sendOnly || ours.type === 'stage' || ours.type === 'user') {
    return `${ours.name} follows from other things here and can only be sent; choose the direction push`
  }
  if (ours.type === 'any') return undefined
  if (!taken[field.type].includes(ours.type)) {
    return `${ours.name} is ${article(ours.type)} here, in which ${article(field.type)} cannot be kept; choose the direction push, if that suits`
  }
  const missing = missingTitles(field.choices, ours.choices)
  return missing && `${ours.name} has no choice ${missing} here; add it to the attribute, or choose the direction push`
}

function isNamed(ours: OurField, field: CrmField): boolean {
  return (ours.type === 'stage' && field.key === 'stage') || (ours.type === 'user' && field.key === 'responsible')
}

/** The titles that the other side does not have, in whatever case; undefined when none is missing or one side has no fixed ones. */
function missingTitles(titles: string[] | undefined, there: string[] | undefined): string | undefined {
  if (!titles || !there) return undefined
  const known = new Set(there.map((title) => title.trim().toLowerCase()))
  const missing = titles.filter((title) => !known.has(title.trim().toLowerCase()))
  if (missing.length === 0) return undefined
  const named = missing.slice(0, 10).map((title) => `"${title}"`)
  return missing.length > 10 ? `${named.join(', ')} and ${missing.length - 10} more` : named.join(', ')
}

function titleOf({ title, key }: CrmField): string {
  return title === key ? `"${key}"` : `"${title}" (${key})`
}

function article(type: CrmFieldType): string {
  if (type === 'choices') return 'a choice of several'
  if (type === 'boolean') return 'a yes or no'
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type === 'datetime' ? 'moment' : type}`
}
