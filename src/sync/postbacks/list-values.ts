import { z } from 'zod'
import type { AttributeDefinition } from '../../contacts/attribute.ts'
import { parsePhone } from '../../platform/phone.ts'

/** A value of a sample, to be picked. */
export interface SampleValue {
  /** The JSONPath that names it: `$.user.phone`. */
  path: string
  value: unknown
  /** Where it seems to belong; each place is suggested once. */
  suggested: string | null
}

/** What suggestions are made of. */
export interface SuggestionParts {
  /** As the project reads phones. */
  country: string
  attributes: readonly Pick<AttributeDefinition, 'name' | 'title'>[]
}

/** The values of a body with the paths that name them, in their order, 500 at most; long texts are cut. Pure. */
export function listValues(body: unknown, parts: SuggestionParts): SampleValue[] {
  const leaves: Leaf[] = []
  collect(body, '$', '', leaves)
  const taken = new Set<string>()
  return leaves.map(({ path, name, value }) => {
    const suggested = suggestionFor(name, value, parts)
    const isFree = suggested !== undefined && !taken.has(suggested)
    if (isFree) taken.add(suggested)
    return { path, value: shortened(value), suggested: isFree ? suggested : null }
  })
}

interface Leaf {
  path: string
  /** The member's name; of an item that of its list. */
  name: string
  value: unknown
}

const mostValues = 500
const longestShown = 200

function collect(value: unknown, path: string, name: string, leaves: Leaf[]): void {
  if (leaves.length >= mostValues) return
  if (Array.isArray(value)) {
    const isPlain = value.length > 0 && value.every((item) => typeof item !== 'object')
    if (isPlain) leaves.push({ path: `${path}[*]`, name, value: value.slice(0, 20) })
    value.forEach((item, index) => {
      // Items of a plain list are named one by one, but only the whole of them is suggested.
      collect(item, `${path}[${index}]`, isPlain ? '' : name, leaves)
    })
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) collect(item, path + step(key), key, leaves)
  } else if (value !== null && value !== '') {
    leaves.push({ path, name, value })
  }
}

/** A step of a JSONPath (RFC 9535): short where the name allows it, else quoted. */
function step(key: string): string {
  if (/^[\p{L}_][\p{L}\p{N}_]*$/u.test(key)) return `.${key}`
  return `[${JSON.stringify(key)}]`
}

function suggestionFor(name: string, value: unknown, { country, attributes }: SuggestionParts): string | undefined {
  const text = String(value).trim()
  const word = words(name)
  const known = suggestions.find(({ names, fits }) => names.test(word) && fits(text, country))
  if (known) return known.to
  if (/^\+\d/.test(text) && parsePhone(text, country)) return 'phone'
  if (isEmail(text)) return 'email'
  const attribute = attributes.find((one) => words(one.name) === word || words(one.title) === word)
  return attribute && word !== '' ? `attributes.${attribute.name}` : undefined
}

/** `firstName`, `first-name` and `First name` are the same. */
function words(name: string): string {
  return name
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '_')
}

const isEmail = (text: string) => z.email().safeParse(text).success
const isAny = () => true
const isAmount = (text: string) => /^[\d\s.,]+$/.test(text)

const suggestions: { names: RegExp; to: string; fits: (text: string, country: string) => boolean }[] = [
  {
    names: /phone|^tel|mobile|телефон/,
    to: 'phone',
    fits: (text, country) => parsePhone(text, country) !== undefined,
  },
  { names: /mail|почта/, to: 'email', fits: isEmail },
  { names: /^(first_?name|name|full_?name|fio|имя|фио)$/, to: 'first_name', fits: isAny },
  { names: /^(last_?name|surname|фамилия)$/, to: 'last_name', fits: isAny },
  { names: /^(user_?name|login|nick(name)?)$/, to: 'username', fits: isAny },
  { names: /^(lang|language|locale)$/, to: 'language', fits: (text) => /^[a-z]{2}([_-][a-z]{2})?$/i.test(text) },
  { names: /^country(_code)?$/, to: 'country', fits: (text) => /^[a-z]{2}$/i.test(text) },
  { names: /^(tz|time_?zone)$/, to: 'time_zone', fits: (text) => /^\w+\/\w+/.test(text) },
  { names: /^(utm_source|traffic_source|source|источник)$/, to: 'traffic_source', fits: isAny },
  { names: /^(tags?|labels?|метки|теги)$/, to: 'label', fits: isAny },
  { names: /^(amount|total|sum|price|budget|сумма|цена|бюджет)$/, to: 'deal.budget', fits: isAmount },
  { names: /^currency$/, to: 'deal.currency', fits: (text) => /^[a-z]{3}$/i.test(text) },
  { names: /^(comments?|message|комментарий|сообщение)$/, to: 'deal.description', fits: isAny },
  { names: /^(order|invoice)_?(id|number|no)$/, to: 'deal.variables.order_id', fits: isAny },
]

function shortened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shortened)
  return typeof value === 'string' && value.length > longestShown ? `${value.slice(0, longestShown)}…` : value
}
