/** Every text in a value, by its path: the options that may hold placeholders. */
export function templatesIn(value: unknown, path: string): Record<string, string> {
  if (typeof value === 'string') return { [path]: value }
  if (Array.isArray(value)) return merged(value.map((item, index) => templatesIn(item, `${path}[${index}]`)))
  if (typeof value !== 'object' || value === null) return {}
  return merged(Object.entries(value).map(([name, item]) => templatesIn(item, path ? `${path}.${name}` : name)))
}

function merged(all: Record<string, string>[]): Record<string, string> {
  return Object.assign({}, ...all) as Record<string, string>
}
