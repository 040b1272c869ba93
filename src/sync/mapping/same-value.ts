import type { CrmValue } from '../crm.ts'

/**
 * Whether two values of one field are the same. Lists are sets; nothing, an empty text, an empty list and a box that is not ticked are the
 * same, because not every CRM tells them apart.
 */
export function sameValue(one: CrmValue | undefined, other: CrmValue | undefined): boolean {
  if (isEmpty(one) || isEmpty(other)) return isEmpty(one) && isEmpty(other)
  if (!Array.isArray(one) && !Array.isArray(other)) return one === other
  const [left, right] = [setOf(one), setOf(other)]
  return left.size === right.size && [...left].every((item) => right.has(item))
}

function isEmpty(value: CrmValue | undefined): value is null | undefined {
  return value === null || value === undefined || value === '' || value === false || setOf(value).size === 0
}

function setOf(value: CrmValue | undefined): Set<unknown> {
  return new Set(Array.isArray(value) ? value : [value])
}
