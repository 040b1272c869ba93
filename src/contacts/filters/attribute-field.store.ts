import { and, sql } from 'drizzle-orm'
import { DateTime } from 'luxon'
import type { AttributeDefinition } from '../attribute.ts'
import type { AttributeType } from '../contacts.table.ts'
import { momentForm, phoneForm, readPhonePart } from './contact-fields.store.ts'
import { contactValues } from './contact-search.table.ts'
import type { FilterField, FilterView } from './filter-field.store.ts'
import { listOf, readDay, readMoment, type Span } from './filter-value.ts'
import {
  choiceOperators,
  flagOperators,
  listOperators,
  numberOperators,
  type Operators,
  presence,
  spanOperators,
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

const folded = ({ name }: Definition) => attributeSubject(name, contactValues.folded)
const exact = ({ name }: Definition) => attributeSubject(name, contactValues.value)
const asIs = (text: string) => sql`${text}::text`

const operatorsOf: Record<AttributeType, (definition: Definition) => Operators> = {
  text: (definition) => textOperators(folded(definition)),
  email: (definition) => textOperators(folded(definition)),
  link: (definition) => textOperators(folded(definition)),
  phone: (definition) => textOperators(folded(definition), { read: readPhonePart, expects: phoneForm }),
  number: ({ name }) => numberOperators(attributeSubject(name, contactValues.number)),
  date: (definition) => spanOperators(exact(definition), readLocalDay, asIs, 'a day such as 2026-11-30'),
  datetime: (definition) =>
    spanOperators(exact(definition), (value, view) => readMoment(value, view.locale), asIs, momentForm),
  boolean: (definition) => ({
    ...flagOperators((view, wanted) => exact(definition).where(view, (value) => sql`${value} = ${String(wanted)}`)),
    ...presence(exact(definition)),
  }),
  choice: (definition) => choiceOperators(exact(definition), choiceReader(definition), choicesForm(definition)),
  choices: (definition) => {
    const subject = exact(definition)
    return listOperators(listOf(choiceReader(definition)), `a list of ${choicesForm(definition)}`, {
      subject,
      any: (view, items) => subject.where(view, (value) => sql`${value} in ${items}`),
      all: (view, items) => and(...items.map((item) => subject.where(view, (value) => sql`${value} = ${item}`)))!,
    })
  },
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
