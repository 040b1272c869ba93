import { readLabels } from '../add-labels.ts'
import { type AttributeDefinition, type Locale, readAttribute } from '../attribute.ts'
import { type ContactFields, readContactFields } from '../contact.ts'
import type { AttributeValue } from '../contacts.table.ts'
import { type Identity, readIdentities } from '../identity.ts'
import { countryCodeOf } from './country-name.ts'
import type { ImportSettings } from './imports.table.ts'
import { fieldTargets } from './target.ts'

/** What rows are read by: the same for all rows of a batch. */
export interface RowReader {
  columns: readonly string[]
  settings: ImportSettings
  attributes: ReadonlyMap<string, AttributeDefinition>
  locale: Locale
  /** Operators by number, e-mail in small letters and name in small letters; one that two share leads to none. */
  operators: ReadonlyMap<string, number>
}

/** A row as contacts are kept. */
export interface ReadRow {
  number: number
  /** The number of a contact, where the row tells it. */
  id?: number
  fields: ContactFields
  attributes: Record<string, AttributeValue>
  labels: string[]
  responsibleId?: number
  /** The phones and e-mails too, the first of each first. */
  identities: Identity[]
  /** Why the row cannot be used, each with the name of its column. */
  faults: string[]
}

/** Brings the cells of a row into the form that contacts are kept in. Empty cells say nothing. */
export function readRow(reader: RowReader, number: number, cells: readonly string[]): ReadRow {
  const { columns, settings, locale } = reader
  const row: ReadRow = { number, fields: {}, attributes: {}, labels: [...settings.labels], identities: [], faults: [] }
  if (cells.slice(columns.length).some((cell) => cell.trim() !== '')) {
    row.faults.push(`The row has ${cells.length} cells, but the head has ${columns.length}`)
  }
  const values = settings.targets.flatMap((target, index) => {
    const text = plainCell(cells[index] ?? '')
    return target === null || text === '' ? [] : [{ target, text, column: columns[index] || `Column ${index + 1}` }]
  })
  const country = values.find(({ target }) => target === 'country')
  const ownCountry = country && (countryCodeOf(country.text) ?? null)
  for (const value of values) readValue({ ...reader, locale: { ...locale, ownCountry } }, row, value)
  return row
}

interface Value {
  target: string
  text: string
  column: string
}

function readValue(reader: RowReader, row: ReadRow, { target, text, column }: Value): void {
  const refuse = (why: string) => row.faults.push(`${column}: ${why}`)
  const [family, ...rest] = target.split('.')
  const name = rest.join('.')
  switch (family) {
    case 'attributes':
      readAttributeCell(reader, row, name, text, refuse)
      break
    case 'identity':
      readIdentityCells(reader, row, name, parts(text), refuse)
      break
    case 'phone':
    case 'email':
      readIdentityCells(reader, row, target, parts(text), refuse)
      break
    case 'labels':
      row.labels.push(...parts(text).filter((label) => isLabel(label, refuse)))
      break
    case 'name':
    case 'name_last_first':
      readName(reader, row, target, text, refuse)
      break
    case 'responsible':
      row.responsibleId = reader.operators.get(text.toLowerCase())
      if (!row.responsibleId) refuse(`"${text}" is no operator; expected the e-mail, name or number of one`)
      break
    case 'id':
      if (/^\d{1,15}$/.test(text) && Number(text) > 0) row.id = Number(text)
      else refuse(`"${text}" is not the number of a contact`)
      break
    case 'country':
      readField(row, 'country', countryCodeOf(text) ?? text, refuse)
      break
    default:
      readField(row, fieldTargets.get(target)!, text, refuse)
  }
}

type Refuse = (why: string) => void

function readField(row: ReadRow, field: keyof ContactFields, text: string, refuse: Refuse): void {
  const { fields, faults } = readContactFields({ [field]: text }, [])
  for (const { message } of faults) refuse(message)
  Object.assign(row.fields, fields)
}

function readAttributeCell(reader: RowReader, row: ReadRow, name: string, text: string, refuse: Refuse): void {
  const definition = reader.attributes.get(name)
  const read = definition && readAttribute(definition, text, reader.locale)
  if (!read) refuse(`the project has no attribute "${name}" any more`)
  else if ('expected' in read) refuse(`"${shortened(text)}" cannot be kept here; expected ${read.expected}`)
  else row.attributes[name] = read.value
}

/** The first phone and the first e-mail of the row become the fields, unless another column came before. */
function readIdentityCells(reader: RowReader, row: ReadRow, kind: string, texts: string[], refuse: Refuse): void {
  const { ownCountry, country } = reader.locale
  for (const text of texts) {
    const { identities } = readIdentities([{ kind, value: text }], [ownCountry, country])
    const [identity] = identities
    if (!identity) refuse(`"${shortened(text)}" is not a ${kind}${examples[kind] ?? ''}`)
    else if (row.identities.every((known) => known.kind !== kind || known.value !== identity.value)) {
      row.identities.push(identity)
      if ((kind === 'phone' || kind === 'email') && !row.fields[kind]) row.fields[kind] = identity.value
    }
  }
}

const examples: Record<string, string> = {
  phone: '; expected a phone number such as +79161234567',
  email: '; expected an e-mail address such as anna@example.com',
}

/** A name in one cell; columns of their own for first and last name go before it. */
function readName(reader: RowReader, row: ReadRow, order: string, text: string, refuse: Refuse): void {
  const [one = '', ...others] = text.split(/\s+/)
  const other = others.join(' ')
  const lastFirst = order === 'name_last_first' && other !== ''
  const has = (target: string) => reader.settings.targets.includes(target)
  if (!has('first_name')) readField(row, 'firstName', lastFirst ? other : one, refuse)
  if (!has('last_name') && other !== '') readField(row, 'lastName', lastFirst ? one : other, refuse)
}

function isLabel(label: string, refuse: Refuse): boolean {
  try {
    readLabels([label])
    return true
  } catch {
    refuse(`the label "${shortened(label)}" is too long; expected at most 100 characters`)
    return false
  }
}

/** A cell without the mark by which reports keep spreadsheets from taking it for a formula. */
function plainCell(cell: string): string {
  return cell.trim().replace(/^'(?=[=+\-@])/, '')
}

function parts(text: string): string[] {
  return text
    .split(/[,;\n]|:::/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

const shortened = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text)
