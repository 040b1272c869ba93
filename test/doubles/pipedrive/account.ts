/** A field of persons or deals as `GET /api/v2/{entity}Fields` tells it. */
export interface PipedriveField {
  field_name: string
  field_code: string
  field_type: string
  is_custom_field: boolean
  options: { id: number; label: string }[] | null
}

const colours = ['Red', 'Blue', 'Зелёный'].map((label, index) => ({ id: 27 + index, label }))

const standard = (code: string, type: string): PipedriveField => ({
  field_name: code,
  field_code: code,
  field_type: type,
  is_custom_field: false,
  options: null,
})

/** The code of a field of the account's own: forty hexadecimal digits. */
const codeOf = (number: number) => number.toString(16).padStart(40, 'dcf558aac1ae4e8c4f849ba5e668430d8df9be12')

const own = (number: number, name: string, type: string): PipedriveField => ({
  field_name: name,
  field_code: codeOf(number),
  field_type: type,
  is_custom_field: true,
  options: type === 'enum' || type === 'set' ? colours : null,
})

/** Where the settings of the example keep our marker. */
export const markerCode = codeOf(1)

/** The fields of an account in which people have made one of each kind. */
export const accountFields: PipedriveField[] = [
  standard('title', 'varchar'),
  standard('value', 'double'),
  own(1, 'Parley', 'varchar'),
  own(2, 'Model', 'varchar'),
  own(3, 'Remarks', 'text'),
  own(4, 'Mileage', 'double'),
  own(5, 'Visit on', 'date'),
  own(6, 'Colour', 'enum'),
  own(7, 'Extras', 'set'),
  own(8, 'Second phone', 'phone'),
  own(9, 'Price with currency', 'monetary'),
]

/** What is wrong with the value of a field of the account's own; undefined when nothing is. */
export function customFault(code: string, value: unknown): string | undefined {
  const field = accountFields.find((one) => one.is_custom_field && one.field_code === code)
  if (!field) return `Custom field with key '${code}' does not exist.`
  if (value === null) return undefined
  const known = (id: unknown) => (field.options ?? []).some((option) => option.id === id)
  const fits = {
    varchar: typeof value === 'string' && value.length <= 255,
    text: typeof value === 'string',
    phone: typeof value === 'string',
    double: typeof value === 'number',
    date: typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value),
    enum: known(value),
    set: Array.isArray(value) && value.every(known),
    monetary: typeof value === 'object',
  }[field.field_type]
  return fits ? undefined : `Invalid value for the custom field ${field.field_name} of the type ${field.field_type}.`
}

export const pipelines = [
  { id: 1, name: 'Sales', is_deleted: false },
  { id: 2, name: 'Service', is_deleted: false },
]

export const stages = [
  { id: 1, name: 'Qualified', pipeline_id: 1 },
  { id: 2, name: 'Proposal made', pipeline_id: 1 },
  { id: 7, name: 'Called', pipeline_id: 2 },
  { id: 8, name: 'Booked', pipeline_id: 2 },
]

export const users = [
  { id: 13_045_001, name: 'Olga Manager', email: 'olga@example.com', active_flag: true },
  { id: 13_045_002, name: 'Peter Seller', email: 'peter@example.com', active_flag: true },
  { id: 13_045_003, name: 'Gone Person', email: 'gone@example.com', active_flag: false },
]
