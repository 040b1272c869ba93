import { Context, type Liquid, LiquidError, Output, type Template, toValueSync } from 'liquidjs'
import { AppError, messageOf } from './errors.ts'
import { escapeHtml } from './escape-html.ts'
import { escapeMarkup } from './escape-markup.ts'
import { Lru } from './lru.ts'
import { createEngine } from './template-engine.ts'

/**
 * Templates are Liquid without files (https://liquidjs.com): `{{ contact.first_name | default: "friend" }}`.
 * A scope holds plain data by the names of the root objects; time zones are IANA names for the date filters.
 * All render functions throw `invalid` when a template is faulty or exceeds its limits.
 */
type Renderer = (template: string, scope: object, timeZone?: string) => string

/** Fills in a plain text. */
export const renderText: Renderer = (template, scope, timeZone) =>
  hasPlaceholder(template) ? render(textEngine, parseText(template), scope, timeZone) : template

/** Fills in a Markdown text, so that no value can break its formatting; the result goes to the Markdown parser. */
export const renderMarkup: Renderer = (template, scope, timeZone) =>
  hasPlaceholder(template) ? render(markupEngine, parseMarkup(template), scope, timeZone) : template

/** Fills in HTML: no value can be a tag or end an attribute in quotes; one with the filter `raw` at its end is taken as it is. */
export const renderHtml: Renderer = (template, scope, timeZone) =>
  hasPlaceholder(template) ? render(htmlEngine, parseHtml(template), scope, timeZone) : template

/**
 * Fills in an address. Values are percent-encoded, but for one at the very start that gives the base address
 * (`{{ project.api }}/cars/{{ run.car }}`); one with the filter `raw` at its end is taken as it is.
 */
export const renderUrl: Renderer = (template, scope, timeZone) => {
  const url = hasPlaceholder(template) ? render(urlEngine, parseUrl(template), scope, timeZone) : template
  const [path = ''] = url.split(/[?#]/, 1)
  // An address would climb out of its folder by a value of "..", which no percent-encoding keeps from that.
  if (/\/\.\.?(\/|$)/.test(path)) throw new AppError('invalid', 'The address has "." or ".." as a part of its path.')
  return url
}

/** Fills in the value of an HTTP header; line breaks are refused. */
export const renderHeader: Renderer = (template, scope, timeZone) => {
  const value = renderText(template, scope, timeZone)
  if (/[\r\n\0]/.test(value))
    throw new AppError('invalid', 'The value of a header holds a line break; expected one line.')
  return value
}

/**
 * Fills in every string of a JSON value. A string that is exactly one placeholder keeps the type of what it names; where that is
 * missing it becomes its `default`, or null.
 */
export function renderJson(value: unknown, scope: object, timeZone?: string): unknown {
  return renderLeaves(value, scope, timeZone, 64)
}

/** Whether a text has anything to fill in. */
export function hasPlaceholder(text: string): boolean {
  return text.includes('{{') || text.includes('{%')
}

function renderLeaves(value: unknown, scope: object, timeZone: string | undefined, depth: number): unknown {
  if (typeof value === 'string') return renderLeaf(value, scope, timeZone)
  if (value === null || typeof value !== 'object') return value
  if (depth === 0) throw new AppError('invalid', 'The JSON value is nested more than 64 levels deep.')
  if (Array.isArray(value)) return value.map((item) => renderLeaves(item, scope, timeZone, depth - 1))
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, renderLeaves(item, scope, timeZone, depth - 1)]),
  )
}

function renderLeaf(template: string, scope: object, timeZone: string | undefined): unknown {
  if (!hasPlaceholder(template)) return template
  const parsed = parseValue(template)
  const [only] = parsed
  if (parsed.length !== 1 || !(only instanceof Output)) return renderText(template, scope, timeZone)
  const value = explainFaults(
    () => toValueSync(only.value.value(contextOf(valueEngine, scope, timeZone), false)) ?? null,
  )
  return typeof value === 'string' ? value.toWellFormed() : value
}

const textEngine = createEngine((value) => asText(value))
/** For values that keep their type. */
const valueEngine = createEngine()
const markupEngine = createEngine((value) => escapeMarkup(asText(value)))
const htmlEngine = createEngine((value) => escapeHtml(asText(value)))
const urlEngine = createEngine((value) => encodeURIComponent(asText(value, ',')))

const parseText = cachedParser(textEngine)
const parseValue = cachedParser(valueEngine)
const parseMarkup = cachedParser(markupEngine)
const parseHtml = cachedParser(htmlEngine)
const parseUrl = cachedParser(urlEngine, (parsed) => {
  const [start] = parsed
  if (!(start instanceof Output)) return
  // The engine puts its escape behind the filters of every value; at the start it gives way to a base address.
  const escaping = start.value.filters.at(-1)
  if (!escaping || escaping.raw) return
  const encode = escaping.render.bind(escaping)
  escaping.render = (value, context) => (/^https?:\/\//i.test(asText(value)) ? value : encode(value, context))
})

function cachedParser(engine: Liquid, adapt?: (parsed: Template[]) => void): (template: string) => Template[] {
  const cache = new Lru<Template[]>(2_000)
  const parse = (template: string) => {
    const parsed = explainFaults(() => engine.parse(template))
    adapt?.(parsed)
    return parsed
  }
  return (template) => cache.get(template, parse)
}

function render(engine: Liquid, parsed: Template[], scope: object, timeZone: string | undefined): string {
  // A filter may cut a character into halves, which the database keeps neither in text nor in JSON.
  return explainFaults(() => String(engine.renderSync(parsed, contextOf(engine, scope, timeZone)))).toWellFormed()
}

function contextOf(engine: Liquid, scope: object, timeZone = 'UTC'): Context {
  const options = { ...engine.options, timezoneOffset: knownTimeZones.get(timeZone, knownTimeZone) }
  return new Context(scope, options, { sync: true }, { liquid: engine })
}

const knownTimeZones = new Lru<string>(600)

/** A contact's time zone comes from outside: one that nobody knows must not stop a message. */
function knownTimeZone(name: string): string {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return 'UTC'
  }
}

/** A value as people read it: nothing is an empty text, the members of a list are parted. */
function asText(value: unknown, between = ', '): string {
  if (value === null || value === undefined) return ''
  return Array.isArray(value) ? value.map((item) => asText(item, between)).join(between) : String(value)
}

function explainFaults<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof AppError) throw error
    const what = LiquidError.is(error) ? error.message.split('\n', 1)[0] : messageOf(error)
    throw new AppError('invalid', `The template cannot be filled in: ${what}.`, { cause: error })
  }
}
