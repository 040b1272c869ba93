import { and, type SQLWrapper, sql } from 'drizzle-orm'
import { partialPhone } from '../../platform/partial-phone.ts'
import { parsePhone } from '../../platform/phone.ts'
import { contacts } from '../contacts.table.ts'
import { contactSearch } from './contact-search.table.ts'
import type { FilterField } from './filter-field.store.ts'
import { listOf, readExactText, readMoment, readRowId, readWords } from './filter-value.ts'
import {
  choiceOperators,
  flagOperators,
  like,
  listOperators,
  numberOperators,
  spanOperators,
  type TextForm,
  type TextReader,
  textOperators,
} from './operators.store.ts'
import { columnSubject, wordsSubject } from './subject.store.ts'

/** A phone as the operator needs it: whole in E.164, else in the digits that are typed. */
export const readPhonePart: TextReader = (value, { locale }, how) => {
  const text = readWords(value) ?? ''
  if (how === 'whole') return parsePhone(text, locale.country)
  const digits = text.replaceAll(/[^\p{Nd}]/gu, '')
  return (how === 'begin' && partialPhone(text, locale.country)) || digits || undefined
}

export const phoneForm = 'a phone number such as +79161234567, or a part of one'
export const momentForm = 'a day such as 2026-11-30 or a moment such as 2026-11-30T18:00:00+03:00'

const labels = columnSubject(contacts.labels)
const texts = (items: string[]) =>
  sql`array[${sql.join(
    items.map((item) => sql`${item}`),
    sql`, `,
  )}]::text[]`

const timestamp = (moment: string) => sql`${moment}::timestamptz`
const momentOperators = (column: typeof contacts.createdAt | typeof contacts.lastActivityAt) =>
  spanOperators(columnSubject(column), (value, view) => readMoment(value, view.locale), timestamp, momentForm)

/** What is in one of the columns of words is in all of them together too, and those have the index. */
const wordsOperators = (column: SQLWrapper, form: TextForm = {}) =>
  textOperators(wordsSubject(column), {
    ...form,
    match: (own, before, text, after) => {
      const indexed = like(contactSearch.words, `%${before.replace('%', '')}`, text, `${after.replace('%', '')}%`)
      return and(indexed, like(own, before, text, after))!
    },
  })

/** What every contact can be asked about. */
export const contactFields: readonly FilterField[] = [
  { name: 'name', title: 'First and last name', operators: wordsOperators(contactSearch.names) },
  {
    name: 'username',
    title: 'Username',
    operators: wordsOperators(contactSearch.usernames, {
      read: (value) => readWords(value)?.replace(/^@(?=.)/, ''),
    }),
  },
  {
    name: 'email',
    title: 'E-mail, any that the contact has',
    operators: wordsOperators(contactSearch.emails, { several: true }),
  },
  {
    name: 'phone',
    title: 'Phone, any that the contact has, in any spelling',
    operators: wordsOperators(contactSearch.phones, {
      several: true,
      read: readPhonePart,
      expects: phoneForm,
    }),
  },
  { name: 'id', title: 'Number of the contact', operators: numberOperators(columnSubject(contacts.id), readRowId) },
  { name: 'createdAt', title: 'Made at', operators: momentOperators(contacts.createdAt) },
  { name: 'lastActivityAt', title: 'Last active at', operators: momentOperators(contacts.lastActivityAt) },
  {
    name: 'labels',
    title: 'Labels',
    operators: listOperators(listOf(readExactText), 'a label or a list of 1 to 100 labels', {
      subject: { ...labels, isSet: () => sql`${contacts.labels} <> '{}'` },
      any: (_view, items) => sql`${contacts.labels} && ${texts(items)}`,
      all: (_view, items) => sql`${contacts.labels} @> ${texts(items)}`,
    }),
  },
  {
    name: 'blocked',
    title: 'Kept out at present',
    operators: flagOperators((view, wanted) => {
      const blocked = sql`${contacts.blockedUntil} > ${timestamp(view.now.toISOString())}`
      return wanted ? blocked : sql`(${blocked}) is not true`
    }),
  },
  {
    name: 'responsible',
    title: 'Number of the operator who looks after the contact',
    operators: choiceOperators(columnSubject(contacts.responsibleId), readRowId, 'the number of an operator'),
  },
]
