import { type FilterImplOptions, Liquid } from 'liquidjs'

/** The tags that a template may use. Those that read other files, or write values past the escape, are not among them. */
export const allowedTags = [
  '#',
  'assign',
  'break',
  'capture',
  'case',
  'comment',
  'continue',
  'for',
  'if',
  'raw',
  'unless',
] as const

/**
 * A Liquid that reads no file, sees only the data it is given, and is bounded in time and memory.
 * `escapeValue` goes over every value that is put out.
 */
export function createEngine(escapeValue?: (value: unknown) => string): Liquid {
  const engine = new Liquid({
    templates: {},
    ownPropertyOnly: true,
    strictFilters: true,
    locale: 'en-US',
    parseLimit: 200_000,
    renderLimit: 200,
    memoryLimit: 1_000_000,
    ...(escapeValue && { outputEscape: escapeValue }),
  })
  for (const tag of Object.keys(engine.tags))
    if (!(allowedTags as readonly string[]).includes(tag)) delete engine.tags[tag]
  for (const name of Object.keys(engine.filters)) if (name.startsWith('date')) takeNowFromScope(engine, name)
  return engine
}

/** Liquid would ask the machine's clock for the texts "now" and "today"; ours is the `now` of the scope. */
function takeNowFromScope(engine: Liquid, name: string): void {
  const filter = engine.filters[name] as (this: FilterImpl, ...values: unknown[]) => unknown
  engine.registerFilter(name, function (this: FilterImpl, value: unknown, ...options: unknown[]) {
    const moment = value === 'now' || value === 'today' ? this.context.getSync(['now']) : value
    return filter.call(this, moment, ...options)
  })
}

type FilterImpl = ThisParameterType<Exclude<FilterImplOptions, { handler: unknown }>>
