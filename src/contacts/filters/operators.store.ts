import { or, type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import { durationMs, durationSchema } from '../../platform/duration.ts'
import type { FilterOperator, FilterView } from './filter-field.store.ts'
import { listOf, pairOf, readFlag, readNumber, readWords, type Span, type ValueReader } from './filter-value.ts'
import type { Subject } from './subject.store.ts'

/** The operators of one kind of field, by their names. */
export type Operators = Record<string, FilterOperator>

/** How a text is brought into the form that is looked for, as the operator needs it; undefined when it cannot be. */
export type TextReader = (value: unknown, view: FilterView, how: 'whole' | 'begin' | 'part') => string | undefined

const words: TextReader = (value) => readWords(value)

/** How texts stand in a column and are found there. */
export interface TextForm {
  /** Several of them stand in a row, and are compared one by one. */
  several?: boolean
  read?: TextReader
  expects?: string
  /** A pattern, as {@link like} has it. */
  match?: typeof like
  /** The whole text, where an index knows it; a pattern otherwise. */
  same?: (text: string) => SQL
}

/** Texts, compared without regard to case, ё and surrounding space; the column holds them between spaces. */
export function textOperators(
  subject: Subject,
  { several, read = words, expects = 'a text of 1 to 1000 characters', match = like, same }: TextForm = {},
): Operators {
  const begin = several ? '% ' : ' '
  const end = several ? ' %' : ' '
  const part = (how: 'begin' | 'part', before: string, after: string) => (view: FilterView, value: unknown) => {
    const text = read(value, view, how)
    return text === undefined ? undefined : subject.where(view, (column) => match(column, before, text, after))
  }
  const whole = (view: FilterView, value: unknown) => {
    const texts = listOf((item) => read(item, view, 'whole'))(value)
    const isText = (column: SQLWrapper) => (text: string) => same?.(text) ?? match(column, begin, text, end)
    return texts && subject.where(view, (column) => or(...texts.map(isText(column)))!)
  }
  const equals = single(whole)
  const contains = part('part', '%', '%')
  const list = `a list of 1 to 100, each ${expects}`
  return {
    equals: { expects, condition: equals },
    not_equals: { expects, condition: opposite(subject, equals) },
    contains: { expects, condition: contains },
    not_contains: { expects, condition: opposite(subject, contains) },
    starts_with: { expects, condition: part('begin', begin, '%') },
    ends_with: { expects, condition: part('part', '%', end) },
    in_list: { expects: list, condition: whole },
    not_in_list: { expects: list, condition: opposite(subject, whole) },
    ...presence(subject),
  }
}

/** Numbers; the ends of `between` belong to it. */
export function numberOperators(subject: Subject, read: ValueReader<number> = readNumber): Operators {
  const expects = read === readNumber ? 'a number such as 1500.5' : 'a whole number above 0'
  const test = (compare: (column: SQLWrapper, number: number) => SQL) => (view: FilterView, value: unknown) => {
    const number = read(value)
    return number === undefined ? undefined : subject.where(view, (column) => compare(column, number))
  }
  const between = (view: FilterView, value: unknown) => {
    const pair = pairOf(read)(value)
    return pair && subject.where(view, (column) => sql`${column} between ${pair[0]} and ${pair[1]}`)
  }
  return {
    ...choiceOperators(subject, read, expects),
    greater: { expects, condition: test((column, number) => sql`${column} > ${number}`) },
    less: { expects, condition: test((column, number) => sql`${column} < ${number}`) },
    between: { expects: `a list of two, from and to, each ${expects}`, condition: between },
  }
}

/** Exact values of a fixed set: choices, operators, the numbers of rows. `any` asks whether one of them is there. */
export function choiceOperators<Value extends string | number>(
  subject: Subject,
  read: ValueReader<Value>,
  expects: string,
  any = (view: FilterView, wanted: Value[]) => subject.where(view, (column) => sql`${column} in ${wanted}`),
): Operators {
  const inList = (view: FilterView, value: unknown) => {
    const wanted = listOf(read)(value)
    return wanted && any(view, wanted)
  }
  const equals = single(inList)
  const list = `a list of 1 to 100, each ${expects}`
  return {
    equals: { expects, condition: equals },
    not_equals: { expects, condition: opposite(subject, equals) },
    in_list: { expects: list, condition: inList },
    not_in_list: { expects: list, condition: opposite(subject, inList) },
    ...presence(subject),
  }
}

/** The first year of the calendar, behind which dates have no usual form. */
const earliest = Date.parse('0001-01-02T00:00:00Z')

/** Moments and days; a day without a time is the whole of it, and the ends of `between` belong to it. */
export function spanOperators(
  subject: Subject,
  read: (value: unknown, view: FilterView) => Span | undefined,
  cast: (moment: string) => SQL,
  expects: string,
): Operators {
  const test = (compare: (column: SQLWrapper, span: Span) => SQL) => (view: FilterView, value: unknown) => {
    const span = read(value, view)
    return span && subject.where(view, (column) => compare(column, span))
  }
  const equals = test((column, { from, to }) => sql`${column} between ${cast(from)} and ${cast(to)}`)
  const between = (view: FilterView, value: unknown) => {
    const pair = pairOf((item) => read(item, view))(value)
    return pair && subject.where(view, (column) => sql`${column} between ${cast(pair[0].from)} and ${cast(pair[1].to)}`)
  }
  const withinLast = (view: FilterView, value: unknown) => {
    const length = durationSchema.safeParse(value).data
    if (length === undefined) return undefined
    const since = read(new Date(Math.max(earliest, view.now.getTime() - durationMs(length))).toISOString(), view)
    const now = read(view.now.toISOString(), view)
    return (
      since && now && subject.where(view, (column) => sql`${column} between ${cast(since.from)} and ${cast(now.to)}`)
    )
  }
  const duration = 'a duration such as 12h or 30d'
  return {
    equals: { expects, condition: equals },
    not_equals: { expects, condition: opposite(subject, equals) },
    before: { expects, condition: test((column, { from }) => sql`${column} < ${cast(from)}`) },
    after: { expects, condition: test((column, { to }) => sql`${column} > ${cast(to)}`) },
    between: { expects: `a list of two, from and to, each ${expects}`, condition: between },
    within_last: { expects: duration, condition: withinLast },
    not_within_last: { expects: duration, condition: opposite(subject, withinLast) },
    ...presence(subject),
  }
}

/** Yes or no. */
export function flagOperators(condition: (view: FilterView, wanted: boolean) => SQL): Operators {
  return {
    equals: {
      expects: 'true or false',
      condition: (view, value) => {
        const wanted = readFlag(value)
        return wanted === undefined ? undefined : condition(view, wanted)
      },
    },
  }
}

/** Whether there is a value. */
export function presence(subject: Subject): Operators {
  return {
    is_set: { condition: (view) => subject.isSet(view) },
    is_empty: { condition: (view) => subject.not(subject.isSet(view)) },
  }
}

/** Lists, by what they contain. */
export function listOperators<Value extends string>(
  read: ValueReader<Value[]>,
  expects: string,
  { any, all, subject }: ListConditions<Value>,
): Operators {
  const condition = (make: (view: FilterView, items: Value[]) => SQL) => (view: FilterView, value: unknown) => {
    const items = read(value)
    return items && make(view, items)
  }
  return {
    contains_any: { expects, condition: condition(any) },
    contains_all: { expects, condition: condition(all) },
    contains_none: { expects, condition: condition((view, items) => subject.not(any(view, items))) },
    ...presence(subject),
  }
}

/** How lists are asked, where they stand. */
export interface ListConditions<Value> {
  subject: Subject
  any(view: FilterView, items: Value[]): SQL
  all(view: FilterView, items: Value[]): SQL
}

/** A pattern over a folded column: `before` and `after` are ours, the text is searched as it stands. */
export function like(column: SQLWrapper, before: string, text: string, after: string): SQL {
  const literal = text.replaceAll(/[\\%_]/g, '\\$&')
  return sql`${column} like ${before}::text || search_fold(${literal}) || ${after}::text`
}

type Condition = FilterOperator['condition']

/** The same of one value only. */
function single(condition: Condition): Condition {
  return (view, value) => (Array.isArray(value) ? undefined : condition(view, value))
}

function opposite(subject: Subject, condition: Condition): Condition {
  return (view, value) => {
    const positive = condition(view, value)
    return positive && subject.not(positive)
  }
}
