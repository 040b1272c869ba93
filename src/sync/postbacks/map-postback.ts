import { readLabels } from '../../contacts/add-labels.ts'
import { type ContactFields, contactFieldNames, readContactFields } from '../../contacts/contact.ts'
import { type Identity, readIdentities } from '../../contacts/identity.ts'
import { type AppError, type Fault, messageOf } from '../../platform/errors.ts'
import { queryJson } from '../../platform/json-path.ts'
import { type MappedDeal, readDealField } from './map-deal.ts'
import type { PostbackField, PostbackMapping } from './postback.ts'

/** What the body of a postback says, by its mapping. */
export interface MappedPostback {
  fields: ContactFields
  attributes: Record<string, unknown>
  labels: string[]
  /** Those that find the contact, the first that finds one wins. */
  findBy: Finder[]
  /** Further identities, for the contact to get. */
  identities: Identity[]
  /** Of the contact's deal; absent when the body says nothing of it. */
  deal?: MappedDeal
  /** Of the run that is started. */
  variables: Record<string, unknown>
  /** Each names where the value goes and the JSONPath it came from. */
  faults: Fault[]
}

/** What may find a contact: something that tells who it is, or its number. */
export type Finder = { by: string } & ({ identity: Identity } | { contactId: number })

/**
 * Takes the values out of a body. What is absent or null there, and has no fallback, is left out. Without anything to find
 * the contact by, `findBy` is empty. Pure.
 */
export function mapPostback(mapping: PostbackMapping, body: unknown, country: string): MappedPostback {
  const mapped: MappedPostback = {
    fields: {},
    attributes: {},
    labels: [],
    findBy: [],
    identities: [],
    variables: {},
    faults: [],
  }
  const found = new Map<string, Finder>()
  for (const field of mapping.fields) {
    const values = queryJson(body, field.from).filter((value) => value !== null && value !== '')
    if (values.length === 0 && field.fallback !== undefined) values.push(field.fallback)
    if (values.length === 0) continue
    try {
      place(mapped, found, field, values, country)
    } catch (error) {
      const faults = (error as AppError).faults
      const message = faults?.[0]?.message ?? messageOf(error)
      mapped.faults.push(faultOf(field, message))
    }
  }
  mapped.findBy = mapping.findBy.flatMap((name) => found.get(name) ?? [])
  mapped.identities = [...found.values()].flatMap((finder) =>
    'identity' in finder && !mapped.findBy.includes(finder) ? [finder.identity] : [],
  )
  return mapped
}

/** Says where a value was to go, what was wrong with it, and where in the body it stood. */
export function faultOf(field: PostbackField, message: string): Fault {
  return { path: field.to, message: `${message} (from ${field.from})` }
}

/** Says that a body has nothing to find the contact by, and where it was looked for. */
export function nothingToFindBy(mapping: PostbackMapping): Fault {
  const places = mapping.findBy.map((name) => {
    const from = mapping.fields.filter((field) => field.to === name).map((field) => field.from)
    return `${name} (from ${from.join(' or ')})`
  })
  return {
    path: mapping.findBy[0]!,
    message: `the body has nothing to find the contact by; expected ${places.join(' or ')}`,
  }
}

/** A value as the text that it stands for. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new Error(`${JSON.stringify(value).slice(0, 60)} cannot be kept here; expected a text or a number`)
}

function place(
  mapped: MappedPostback,
  found: Map<string, Finder>,
  field: PostbackField,
  values: unknown[],
  country: string,
): void {
  const { to } = field
  const [value] = values
  if (to.startsWith('attributes.')) {
    mapped.attributes[to.slice('attributes.'.length)] = value
  } else if (to.startsWith('variables.')) {
    mapped.variables[to.slice('variables.'.length)] = value
  } else if (to.startsWith('deal.')) {
    mapped.deal ??= { variables: {} }
    readDealField(mapped.deal, to.slice('deal.'.length), value)
  } else if (to === 'label') {
    mapped.labels.push(...readLabels(values.flat().map(textOf)))
  } else if (to === 'id') {
    found.set(to, { by: to, contactId: readNumber(textOf(value)) })
  } else if (to.startsWith('identity.')) {
    const identity = readIdentity({ kind: to.slice('identity.'.length), value: textOf(value) }, country)
    found.set(to, { by: to, identity })
  } else {
    const name = fieldNames.get(to)!
    const { fields, faults } = readContactFields({ [name]: textOf(value) }, country)
    if (faults[0]) throw new Error(faults[0].message)
    Object.assign(mapped.fields, fields)
    const kept = to === 'phone' || to === 'email' ? fields[to] : undefined
    if (kept) found.set(to, { by: to, identity: { kind: to, value: kept } })
  }
}

function readIdentity(identity: Identity, country: string): Identity {
  const { identities, faults } = readIdentities([identity], country)
  if (!identities[0]) throw new Error(faults[0]!.message)
  return identities[0]
}

function readNumber(text: string): number {
  if (/^\d{1,15}$/.test(text.trim())) return Number(text)
  throw new Error(`"${text.slice(0, 60)}" is not the number of a contact`)
}

const fieldNames = new Map([...contactFieldNames].map(([field, name]) => [name, field]))
