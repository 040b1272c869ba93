import { and, or, sql } from 'drizzle-orm'
import { DateTime } from 'luxon'
import type { AttributeDefinition } from '../attribute.ts'
import { type AttributeType, contacts } from '../contacts.table.ts'
import { momentForm, phoneForm, readPhonePart } from './contact-fields.store.ts'
import { contactValues } from './contact-search.table.ts'
import type { FilterField, FilterView } from './filter-field.store.ts'
import { listOf, readDay, readMoment, type Span } from './filter-value.ts'
import {
  choiceOperators,
  flagOperators,
  like,
  listOperators,
  numberOperators,
  type Operators,
  presence,
  spanOperators,
  type TextForm,
  textOperators,
} from './operators.store.ts'
import { attributeSubject } from './subject.store.ts'

/** A custom field as a filter asks about it: `attributes.city`. */
export function attributeField(definition: AttributeDefinition): FilterField {
  return {
    name: `attributes.${definition.name}`,
    title: definition.title,
    ...(definition.choices ? { choices: definition.choices } : {}),
    operators: operatorsOf[definition.type](definition),
  }
}

type Definition = Pick<AttributeDefinition, 'name' | 'choices'>

const values = ({ name }: Definition) => attributeSubject(name, contactValues.value)
const instant = (text: string) => sql`${text.toLowerCase()}::text`

/** Texts, whose first 200 characters are in an index of their own. */
const texts = ({ name }: Definition, form: TextForm = {}) =>
  textOperators(attributeSubject(name, contactValues.folded), {
    ...form,
    same: (text) => {
      const begin = sql`${contactValues.value} = left(search_fold(${text}), 200)`
      return text.length < 100 ? begin : and(begin, like(contactValues.folded, ' ', text, ' '))!
    },
  })

/** Choices, which are compared as they are and not folded: the contact's own JSON has an index for that. */
const holds = ({ name }: Definition, value: boolean | string | string[]) =>
  sql`${contacts.attributes} @> ${JSON.stringify({ [name]: value })}::text::jsonb`

const operatorsOf: Record<AttributeType, (definition: Definition) => Operators> = {
  text: (definition) => texts(definition),
  email: (definition) => texts(definition),
  link: (definition) => texts(definition),
  phone: (definition) => texts(definition, { read: readPhonePart, expects: phoneForm }),
  number: ({ name }) => numberOperators(attributeSubject(name, contactValues.number)),
  date: (definition) => spanOperators(values(definition), readLocalDay, instant, 'a day such as 2026-11-30'),
  datetime: (definition) =>
    spanOperators(values(definition), (value, view) => readMoment(value, view.locale), instant, momentForm),
  boolean: (definition) => ({
    ...flagOperators((_view, wanted) => holds(definition, wanted)),
    ...presence(values(definition)),
  }),
  choice: (definition) =>
    choiceOperators(
      values(definition),
      choiceReader(definition),
      choicesForm(definition),
      (_view, wanted) => or(...wanted.map((choice) => holds(definition, choice)))!,
    ),
  choices: (definition) =>
    listOperators(listOf(choiceReader(definition)), `a list of ${choicesForm(definition)}`, {
      subject: values(definition),
      any: (_view, items) => or(...items.map((item) => holds(definition, [item])))!,
      all: (_view, items) => holds(definition, items),
    }),
}

/** A day, or the day that a moment has in the project's time zone. */
function readLocalDay(value: unknown, { locale }: FilterView): Span | undefined {
  const day = readDay(value)
  if (day) return day
  const moment = readMoment(value, locale)
  return moment && readDay(DateTime.fromISO(moment.from, { zone: locale.timeZone }).toISODate())
}

function choiceReader({ choices }: Definition): (value: unknown) => string | undefined {
  return (value) => choices?.find((choice) => choice === value)
}

function choicesForm({ choices }: Definition): string {
  return `one of ${(choices ?? []).map((choice) => `"${choice}"`).join(', ')}`
}
