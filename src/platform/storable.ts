/** Without null characters and halves of surrogate pairs, which PostgreSQL keeps neither in text nor in JSON. */
export function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '').toWellFormed()
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(storable)
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [storable(name), storable(item)]))
}
