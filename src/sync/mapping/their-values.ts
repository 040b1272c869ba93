import type { Locale } from '../../contacts/attribute.ts'
import type { ContactFields } from '../../contacts/contact.ts'
import { contactFieldNames } from '../../contacts/contact.ts'
import type { Fault } from '../../platform/errors.ts'
import type { CrmRecord, CrmValue } from '../crm.ts'
import type { Converted } from './converted.ts'
import type { FieldMapping } from './mapping.ts'
import { findOurField, type OurField } from './our-fields.ts'
import type { MappedEntity, MappedIntegration, OurSide } from './our-side.ts'
import { type Subject, valuesOf } from './our-values.ts'
import { sameValue } from './same-value.ts'
import { stageHere } from './stages.ts'
import { findTheirField } from './their-fields.ts'
import { type FullName, listToOurs, toOurs } from './to-ours.ts'
import { toTheirs } from './to-theirs.ts'
import { operatorHere } from './users.ts'

/** What stands there, spelled as we would write it: comparable with `OurValues`. */
export interface TheirValues {
  values: Record<string, CrmValue>
  tags: string[]
  /** By key of the field there: what could not be kept here. Its value is left as it stands there. */
  faults: Fault[]
}

/** What a record there would change of ours. */
export interface ChangesOfOurs {
  contact: ContactFields
  attributes: Record<string, unknown>
  /** All phones or e-mails that the contact is to have. */
  lists: { key: string; kind: 'phone' | 'email'; values: string[] }[]
  deal: Record<string, unknown>
  variables: Record<string, unknown>
  responsibleId?: number | null
  stageId?: number
}

/** The values of a record in our spelling (phones in E.164, choices and dates as we write them), for all mapped fields. Pure. */
export function inOurWords(
  integration: MappedIntegration,
  side: OurSide,
  entity: MappedEntity,
  record: Pick<CrmRecord, 'values' | 'tags'>,
): TheirValues {
  const read: TheirValues = { values: {}, tags: integration.mapping.labels === 'none' ? [] : record.tags, faults: [] }
  for (const mapped of integration.mapping[entity]) {
    const value = record.values[mapped.theirs] ?? null
    const wanted = readField({ integration, side, entity, locale: side.locale }, mapped, value)
    read.values[mapped.theirs] = wanted?.same ?? value
    for (const message of wanted?.faults ?? []) read.faults.push({ path: mapped.theirs, message })
  }
  return read
}

/**
 * What values from there, by key, change of a contact or deal; what says the same in other words changes nothing, and what cannot be kept
 * here is told by key. Fields that are only sent are passed over. Pure.
 */
export function changesOf(
  integration: MappedIntegration,
  side: OurSide,
  subject: Subject,
  changed: Record<string, CrmValue>,
): { changes: ChangesOfOurs; applied: string[]; faults: Fault[] } {
  const { entity } = subject
  const ours = valuesOf(integration, side, subject).values
  const ownCountry = subject.entity === 'contact' ? subject.contact.country : undefined
  const around = { integration, side, entity, locale: { ...side.locale, ownCountry }, subject }
  const changes: ChangesOfOurs = { contact: {}, attributes: {}, lists: [], deal: {}, variables: {} }
  const applied: string[] = []
  const faults: Fault[] = []
  for (const mapped of integration.mapping[entity]) {
    if (!(mapped.theirs in changed) || mapped.direction === 'push') continue
    const read = readField(around, mapped, changed[mapped.theirs] ?? null)
    for (const message of read?.faults ?? []) faults.push({ path: mapped.theirs, message })
    if (!read?.put || sameValue(read.same, ours[mapped.theirs])) continue
    read.put(changes)
    applied.push(mapped.theirs)
  }
  return { changes, applied, faults }
}

interface Around {
  integration: MappedIntegration
  side: OurSide
  entity: MappedEntity
  locale: Locale
  subject?: Subject
}

interface ReadField {
  /** The value in our spelling. */
  same: CrmValue
  /** Absent where it cannot be kept here. */
  put?(changes: ChangesOfOurs): void
  faults: string[]
}

/** Reads one value from there; undefined for what is only sent, or is mapped no more. */
function readField(around: Around, mapped: FieldMapping, value: CrmValue): ReadField | undefined {
  const { integration, side, entity, locale } = around
  const ours = findOurField(entity, mapped.ours, side)
  const field = findTheirField(integration.lists, entity, mapped.theirs)
  if (!ours || !field || ours.sendOnly) return undefined
  if (ours.type === 'user') return responsible(around, value)
  if (ours.type === 'stage') return stage(around, value)
  if (ours.many && field.multiple) {
    const { values, strange, faults } = listToOurs(value, ours, locale)
    const kind = ours.name as 'phone' | 'email'
    return {
      same: [...values, ...strange],
      put: ({ lists }) => lists.push({ key: mapped.theirs, kind, values }),
      faults,
    }
  }
  const read = toOurs(value, entity, ours, locale)
  if ('fault' in read) return { same: value, faults: [read.fault] }
  const back = toTheirs(backOf(read.value, ours, entity), ours, field, locale)
  return {
    same: 'fault' in back ? value : back.value,
    put: (changes) => put(changes, entity, ours, read.value),
    faults: [],
  }
}

function put(changes: ChangesOfOurs, entity: MappedEntity, { name }: OurField, value: unknown): void {
  const [group, member] = name.split('.', 2) as [string, string | undefined]
  if (group === 'attributes' && member) changes.attributes[member] = value
  else if (group === 'variables' && member) changes.variables[member] = value
  else if (entity === 'deal') changes.deal[name] = value
  else if (name === 'name') Object.assign(changes.contact, value ?? { firstName: null, lastName: null })
  else Object.assign(changes.contact, { [fieldsByName.get(name)!]: value })
}

/** A whole name is kept in two fields. */
function backOf(value: unknown, { name }: OurField, entity: MappedEntity): unknown {
  if (entity !== 'contact' || name !== 'name' || value === null) return value
  const { firstName, lastName } = value as FullName
  return [firstName, lastName].filter(Boolean).join(' ')
}

function responsible({ integration, side, subject }: Around, value: CrmValue): ReadField {
  if (value === null || value === '') return { same: null, put: setResponsible(null), faults: [] }
  const current = subject && (subject.entity === 'contact' ? subject.contact : subject.deal).responsibleId
  const found = operatorHere({ ...integration, side }, String(value), current)
  return told(found, value, ({ id }) => setResponsible(id))
}

function stage({ integration, side, subject }: Around, value: CrmValue): ReadField {
  const current = subject?.entity === 'deal' ? subject.place : undefined
  const found = stageHere({ ...integration, side }, String(value ?? ''), current)
  return told(found, value, (place) => (changes) => {
    changes.stageId = place.stage.id
  })
}

function told<Found>(
  found: Converted<Found>,
  value: CrmValue,
  setter: (found: Found) => (changes: ChangesOfOurs) => void,
): ReadField {
  if ('fault' in found) return { same: value, faults: [found.fault] }
  return { same: value, put: setter(found.value), faults: [] }
}

function setResponsible(id: number | null) {
  return (changes: ChangesOfOurs) => {
    changes.responsibleId = id
  }
}

const fieldsByName = new Map([...contactFieldNames].map(([field, name]) => [name, field]))
