import { type Liquid, LiquidError, type Template } from 'liquidjs'
import { closestWord } from './closest-word.ts'
import type { Fault } from './errors.ts'
import { allowedTags, createEngine } from './template-engine.ts'
import { hasPlaceholder } from './templates.ts'

/** What a placeholder can begin with. */
export const templateRoots = [
  'contact',
  'deal',
  'run',
  'project',
  'message',
  'conversation',
  'sender',
  'trigger',
  'now',
] as const

/**
 * The first fault of a template with its line and column and what is expected there, or undefined when it has none.
 * `path` says where the template stands, `roots` what its placeholders can begin with.
 */
export function checkTemplate(
  template: string,
  path = '',
  roots: readonly string[] = templateRoots,
): Fault | undefined {
  if (!hasPlaceholder(template)) return undefined
  const found = syntaxFault(template) ?? danglingDot(template) ?? unknownRoot(template, roots)
  return found && { path, message: `line ${found.line}, column ${found.column}: ${found.what}` }
}

/** What a template without faults names outside of itself, each as its parts: `['contact', 'city']`. */
export function namesIn(template: string): string[][] {
  if (!hasPlaceholder(template)) return []
  const { globals } = engine.analyzeSync(engine.parse(template), { partials: false })
  return Object.values(globals).flatMap((variables) => variables.map(({ segments }) => segments.map(String)))
}

interface Found {
  line: number
  column: number
  what: string
}

const engine: Liquid = createEngine()

function syntaxFault(template: string): Found | undefined {
  try {
    engine.parse(template)
    return undefined
  } catch (error) {
    if (!LiquidError.is(error)) return at(template, 0, error instanceof Error ? error.message : String(error))
    const fault = (error.originalError?.message ?? error.message).split('\n', 1)[0]!.replace(/, line:\d+, col:\d+$/, '')
    const { begin } = error.token
    const [, filter] = /^undefined filter: (.+)$/.exec(fault) ?? []
    if (filter !== undefined) {
      const inside = error.token.getText().search(new RegExp(`(?<=\\|\\s*)${filter}`))
      return at(
        template,
        begin + Math.max(inside, 0),
        `unknown filter "${filter}"; ${meant(filter, Object.keys(engine.filters))}`,
      )
    }
    return at(template, begin, inPlainWords(fault))
  }
}

function inPlainWords(fault: string): string {
  if (/^output .* not closed$/s.test(fault)) return '"{{" has no end; expected "}}" after the placeholder'
  if (/^tag ".*" not closed$/s.test(fault)) return '"{%" has no end; expected "%}" after the tag'
  const [, open] = /^tag \{%-?\s*(\w+).* not closed$/s.exec(fault) ?? []
  if (open) return `"${open}" has no end; expected {% end${open} %} after it`
  const [, tag] = /^tag "(.*)" not found$/s.exec(fault) ?? []
  if (tag !== undefined) return `unknown tag "${tag}"; expected one of ${allowedTags.join(', ')}`
  const [, value] = /^invalid value expression: "(.*)"$/s.exec(fault) ?? []
  if (value === '') return 'the placeholder is empty; expected a name such as {{ contact.first_name }}'
  if (value !== undefined) return `"${value}" names nothing; expected a name such as {{ contact.first_name }}`
  return `${fault}; expected a placeholder such as {{ contact.first_name | default: "friend" }}`
}

/** Liquid reads `{{ contact. }}` as the whole contact, which nobody means. */
function danglingDot(template: string): Found | undefined {
  const withoutTexts = template.replace(/"[^"]*"|'[^']*'/g, (text) => ' '.repeat(text.length))
  const found = /\{\{[^{}]*?(\.)\s*(\||-?\}\})/.exec(withoutTexts)
  if (!found) return undefined
  const offset = found.index + found[0].lastIndexOf('.')
  return at(template, offset, 'nothing stands after the dot; expected the name of a field')
}

function unknownRoot(template: string, roots: readonly string[]): Found | undefined {
  const parsed: Template[] = engine.parse(template)
  const { globals } = engine.analyzeSync(parsed, { partials: false })
  for (const variables of Object.values(globals)) {
    for (const { segments, location } of variables) {
      const root = String(segments[0])
      if (roots.includes(root)) continue
      return { line: location.row, column: location.col, what: `unknown name "${root}"; ${meant(root, roots)}` }
    }
  }
  return undefined
}

function meant(typed: string, words: readonly string[]): string {
  const closest = closestWord(typed, words)
  if (closest) return `did you mean "${closest}"?`
  return `expected one of ${words.length > 12 ? `${usualFilters.join(', ')} and the others of Liquid` : words.join(', ')}`
}

const usualFilters = [
  'default',
  'date',
  'upcase',
  'downcase',
  'capitalize',
  'round',
  'plus',
  'minus',
  'times',
  'replace',
]

function at(template: string, offset: number, what: string): Found {
  const before = template.slice(0, offset).split('\n')
  return { line: before.length, column: before.at(-1)!.length + 1, what }
}
