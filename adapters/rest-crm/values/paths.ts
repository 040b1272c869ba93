/** What stands at a path whose levels are parted by dots; undefined where there is nothing. */
export function getAt(value: unknown, path: string | undefined): unknown {
  if (path === undefined) return value
  let found = value
  for (const part of path.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) return undefined
    found = (found as Record<string, unknown>)[part]
  }
  return found
}

/** Puts a value at such a path. */
export function setAt(object: Record<string, unknown>, path: string, value: unknown): void {
  const parts = path.split('.')
  let place = object
  for (const part of parts.slice(0, -1)) {
    const next = Object.hasOwn(place, part) ? place[part] : undefined
    const inner = typeof next === 'object' && next !== null ? (next as Record<string, unknown>) : {}
    Object.defineProperty(place, part, { value: inner, enumerable: true, configurable: true, writable: true })
    place = inner
  }
  Object.defineProperty(place, parts.at(-1)!, { value, enumerable: true, configurable: true, writable: true })
}

/** Lays the members of one object into another, level by level. */
export function mergeInto(object: Record<string, unknown>, fragment: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(fragment)) {
    const before = Object.hasOwn(object, name) ? object[name] : undefined
    if (isObject(before) && isObject(value)) mergeInto(before, value)
    else setAt(object, name, value)
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
