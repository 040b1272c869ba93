import { contactFieldNames } from '../../contacts/contact.ts'
import type { AttributeType } from '../../contacts/contacts.table.ts'
import type { MappedEntity, OurSide } from './our-side.ts'

/** A field of ours that can be mapped. */
export interface OurField {
  /** As mappings name it. */
  name: string
  /** `any`: what deal variables hold; `stage` and `user` are numbers of ours that stand for names. */
  type: AttributeType | 'any' | 'stage' | 'user'
  /** Of a choice. */
  choices?: string[]
  /** It may have several values: the phones and e-mails of a contact. */
  many?: boolean
  /** It follows from others, and cannot be set. */
  sendOnly?: boolean
}

/** The field of ours that a mapping names; undefined when there is none. */
export function findOurField(entity: MappedEntity, name: string, side: OurSide): OurField | undefined {
  if (entity === 'deal' && name.startsWith('variables.')) {
    return variableName.test(name.slice('variables.'.length)) ? { name, type: 'any' } : undefined
  }
  return ourFields(entity, side).find((field) => field.name === name)
}

/** All fields that can be mapped, without the variables of deals, which may have any name. */
export function ourFields(entity: MappedEntity, side: OurSide): OurField[] {
  if (entity === 'deal') return dealFields
  const attributes = side.attributes.map(({ name, type, choices }): OurField => {
    const field: OurField = { name: `attributes.${name}`, type }
    return choices && (type === 'choice' || type === 'choices') ? { ...field, choices } : field
  })
  return [...contactFields, ...attributes]
}

const variableName = /^[\p{L}_][\p{L}\p{N}_]{0,63}$/u

const contactTypes: Partial<Record<string, Pick<OurField, 'type' | 'many'>>> = {
  phone: { type: 'phone', many: true },
  email: { type: 'email', many: true },
  picture: { type: 'link' },
}

const contactFields: OurField[] = [
  ...[...contactFieldNames.values()].map((name): OurField => ({ name, ...(contactTypes[name] ?? { type: 'text' }) })),
  { name: 'name', type: 'text' },
  { name: 'responsible', type: 'user' },
  { name: 'id', type: 'number', sendOnly: true },
]

const dealFields: OurField[] = [
  { name: 'name', type: 'text' },
  { name: 'budget', type: 'number' },
  { name: 'currency', type: 'text' },
  { name: 'description', type: 'text' },
  { name: 'stage', type: 'stage' },
  { name: 'responsible', type: 'user' },
  { name: 'id', type: 'number', sendOnly: true },
  { name: 'number', type: 'number', sendOnly: true },
  { name: 'status', type: 'text', sendOnly: true },
  { name: 'spot', type: 'text', sendOnly: true },
  { name: 'pipeline', type: 'text', sendOnly: true },
]
