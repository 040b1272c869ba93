import { DateTime } from 'luxon'
import { z } from 'zod'
import { parsePhone } from '../platform/phone.ts'
import { contactFieldNames } from './contact.ts'
import type { AttributeType, AttributeValue, attributeDefinitions } from './contacts.table.ts'

/** A custom field of the project's contacts. */
export type AttributeDefinition = typeof attributeDefinitions.$inferSelect

/** How phones without a country code and moments without a zone are read: as in the project. */
export interface Locale {
  country: string
  timeZone: string
  /** The contact's own country, which phones are read with first. */
  ownCountry?: string | null
}

/** The countries that phones are read with, the likeliest first. */
export function countriesOf(locale: Locale): (string | null | undefined)[] {
  return [locale.ownCountry, locale.country]
}

export const attributeTypes = [
  'text',
  'number',
  'date',
  'datetime',
  'choice',
  'choices',
  'boolean',
  'phone',
  'email',
  'link',
] as const satisfies readonly AttributeType[]

const ownNames = new Set(['id', 'name', 'labels', 'attributes', 'identities', ...contactFieldNames.values()])

/** The name of an attribute, as placeholders use it: `{{ contact.city }}`. */
export const attributeNameSchema = z
  .string()
  .regex(
    /^[\p{L}_][\p{L}\p{N}_]{0,63}$/u,
    'expected 1 to 64 letters, digits or underscores, not beginning with a digit',
  )
  .refine((name) => !ownNames.has(name), 'is the name of a field that every contact has; expected another name')

/** Reads a value as its attribute's type stores it, or tells what was expected. Null and empty text take the value away. */
export function readAttribute(
  definition: Pick<AttributeDefinition, 'type' | 'choices'>,
  value: unknown,
  locale: Locale,
): { value: AttributeValue } | { expected: string } {
  if (value === null || value === undefined || value === '') return { value: null }
  const read = readers[definition.type](value, definition.choices ?? [], locale)
  return read === undefined ? { expected: expectations[definition.type](definition.choices ?? []) } : { value: read }
}

const expectations: Record<AttributeType, (choices: string[]) => string> = {
  text: () => 'a text of at most 10,000 characters',
  number: () => 'a number such as 1500.5',
  date: () => 'a date such as 2026-11-30',
  datetime: () => 'a moment such as 2026-11-30T18:00:00+03:00',
  choice: (choices) => `one of ${quoted(choices)}`,
  choices: (choices) => `a list of ${quoted(choices)}`,
  boolean: () => 'true or false',
  phone: () => 'a phone number such as +79161234567',
  email: () => 'an e-mail address such as anna@example.com',
  link: () => 'an address that begins with http:// or https://',
}

const quoted = (choices: string[]): string => choices.map((choice) => `"${choice}"`).join(', ')

type Reader = (value: unknown, choices: string[], locale: Locale) => AttributeValue | undefined

const readers: Record<AttributeType, Reader> = {
  text: (value) => {
    const text = textOf(value)
    return text !== undefined && text.length <= 10_000 ? text : undefined
  },
  number: (value) => {
    if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
    const text = textOf(value)?.replace(/[\s\u00a0]/g, '')
    return text === undefined ? undefined : numberIn(text)
  },
  date: (value, _choices, locale) => readMoment(value, locale)?.toISODate() ?? undefined,
  datetime: (value, _choices, locale) => readMoment(value, locale)?.toUTC().toISO() ?? undefined,
  choice: (value, choices) => choiceOf(textOf(value), choices),
  choices: (value, choices) => {
    const wanted = Array.isArray(value) ? value : listIn(textOf(value), choices)
    const chosen = wanted.map((item) => choiceOf(textOf(item), choices))
    return chosen.includes(undefined) ? undefined : [...new Set(chosen as string[])]
  },
  boolean: (value) => {
    const word = textOf(value)?.trim().toLowerCase()
    if (word === undefined) return undefined
    return yes.has(word) ? true : no.has(word) ? false : undefined
  },
  phone: (value, _choices, locale) => parsePhone(textOf(value) ?? '', countriesOf(locale)),
  email: (value) => z.email().max(254).safeParse(textOf(value)?.trim().toLowerCase()).data,
  link: (value) =>
    z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .safeParse(textOf(value)?.trim()).data,
}

const yes = new Set(['true', 'yes', 'y', '1', 'on', '+', 'да', 'истина', 'есть'])
const no = new Set(['false', 'no', 'n', '0', 'off', '-', 'нет', 'ложь'])

/** `1500.5`, `1500,5`, `1,500.50`, `1.500,50`: of two signs the last parts the decimals. */
function numberIn(text: string): number | undefined {
  if (!/^[+-]?(\d+([.,]\d+)*[.,]?|[.,]\d+)$/.test(text)) return undefined
  const decimal = Math.max(text.lastIndexOf('.'), text.lastIndexOf(','))
  const sign = text[decimal]
  if (sign !== undefined && text.indexOf(sign) !== decimal) return undefined
  const thousands = sign === ',' ? '.' : ','
  if (text.includes(thousands) && !/^[+-]?\d{1,3}([.,]\d{3})+[.,]\d*$/.test(text)) return undefined
  const number = Number(text.replaceAll(thousands, '').replace(',', '.'))
  return Number.isFinite(number) ? number : undefined
}

/** The choice that a text means, in whatever case it is written; those of other CRMs may have space around them. */
function choiceOf(text: string | undefined, choices: string[]): string | undefined {
  const wanted = text?.trim().toLowerCase()
  return choices.find((choice) => choice === text) ?? choices.find((choice) => choice.trim().toLowerCase() === wanted)
}

/** Choices in one text, parted by commas, semicolons or line ends, unless all of it is one choice. */
function listIn(text: string | undefined, choices: string[]): unknown[] {
  if (text === undefined || choiceOf(text, choices) !== undefined) return [text]
  return text.split(/[,;\n]/).filter((part) => part.trim() !== '')
}

const dates = ['d.M.yyyy', 'd/M/yyyy', 'd-M-yyyy', 'yyyy/M/d', 'yyyy.M.d']
const formats = dates.flatMap((date) => [date, `${date} H:mm`, `${date} H:mm:ss`, `${date}, H:mm`])

/** ISO 8601, also with a space before the time, or day, month and year as people write them. */
function readMoment(value: unknown, locale: Locale): DateTime | undefined {
  const text = textOf(value)?.trim() ?? ''
  const options = { zone: locale.timeZone, setZone: true }
  if (/^\d{4}-\d{2}-\d{2}([T ]\d|$)/.test(text)) {
    const moment = DateTime.fromISO(text.replace(' ', 'T').replace(' ', ''), options)
    if (moment.isValid) return moment
  }
  return formats.map((format) => DateTime.fromFormat(text, format, options)).find((moment) => moment.isValid)
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}
