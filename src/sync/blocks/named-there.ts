import { closestWord } from '../../platform/closest-word.ts'

/** Something that was found, or why it was not. */
export type Found<Value> = { value: Value } | { fault: string }

/**
 * Everything of the account that a name means: what is called exactly so, else what differs by capital letters alone.
 *
 * @param words What one may be named by.
 */
export function allNamed<Item>(named: string, items: readonly Item[], words: (item: Item) => string[]): Item[] {
  const exact = items.filter((item) => words(item).includes(named))
  if (exact.length > 0) return exact
  const small = named.trim().toLowerCase()
  return items.filter((item) => words(item).some((word) => word.trim().toLowerCase() === small))
}

/**
 * What is told of a name that the account does not know.
 *
 * @param otherwise What else they may be named by; it is not listed.
 */
export function unknownThere(what: string, named: string, names: string[], otherwise: string[] = []): string {
  const near = closestWord(named, [...names, ...otherwise])
  if (near !== undefined) return `the account there has no ${what} "${named}"; did you mean "${near}"?`
  const unique = [...new Set(names)]
  const listed = unique.slice(0, 20).map((name) => `"${name}"`)
  const expected =
    listed.length > 0 ? `expected one of ${listed.join(', ')}${unique.length > 20 ? ' …' : ''}` : 'it has none'
  return `the account there has no ${what} "${named}"; ${expected}`
}

/** Whether something is given, and known already: while a flow is checked, placeholders are not filled in yet. */
export function isKnown<Value>(value: Value | undefined, isFilledIn: boolean): value is Value {
  if (isFilledIn || value === undefined) return value !== undefined
  if (Array.isArray(value)) return value.every((item) => isKnown(item, isFilledIn))
  return !(typeof value === 'string' && value.includes('{{'))
}
