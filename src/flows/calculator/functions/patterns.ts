import { RE2JS } from 're2js'
import { editDistance } from '../../../platform/closest-word.ts'
import { AppError, messageOf } from '../../../platform/errors.ts'
import { type CalculatorFunction, type CallContext, defineFunction, optional, required } from '../function.ts'
import { field, python } from './origins.ts'

const reg = required(
  'text',
  'The pattern, in the syntax of RE2: as in Python, without back references and look-around.',
)
const str = required('text', 'Where to look.')

export const patternFunctions: readonly CalculatorFunction[] = [
  defineFunction({
    name: 'findall',
    aliases: ['re_findall'],
    group: 'text',
    summary:
      'All parts of a text that fit a pattern. With one group in the pattern it gives what the group found, with several a list of them.',
    parameters: { reg, str, index: optional('whole', 'Gives only the result at this place, from 0.') },
    returns: 'A list; with `index` one result, or an empty text when there is none.',
    examples: [
      { source: String.raw`findall('\d+', "a1b22")`, result: '["1", "22"]' },
      { source: String.raw`findall('.ru\/(.+)\/', 'https://pay.ru/ab252/', 0)`, result: '"ab252"' },
    ],
    knownFrom: field,
    async call({ reg, str, index }, context) {
      const found: (string | string[])[] = []
      for await (const matcher of matchesOf(reg, str, context)) {
        const groups = Array.from({ length: matcher.groupCount() }, (_, at) => matcher.group(at + 1) ?? '')
        found.push(groups.length > 1 ? groups : (groups[0] ?? matcher.group(0) ?? ''))
      }
      return index === undefined ? found : (found.at(index) ?? '')
    },
  }),
  defineFunction({
    name: 're_search',
    group: 'text',
    summary: 'The first part of a text that fits a pattern, or what its first group found.',
    parameters: { reg, str },
    returns: 'A text; None when nothing fits.',
    examples: [
      { source: String.raw`re_search('\d+', "order 15 of 20")`, result: '"15"' },
      { source: `re_search('x', "abc")`, result: 'None' },
    ],
    knownFrom: python,
    call({ reg, str }, context) {
      const matcher = matcherOf(reg, str, context)
      if (!matcher.find()) return null
      return (matcher.groupCount() > 0 ? matcher.group(1) : matcher.group(0)) ?? ''
    },
  }),
  defineFunction({
    name: 're_match',
    group: 'text',
    summary: 'Whether a whole text fits a pattern.',
    parameters: { reg, str },
    returns: 'True or False.',
    examples: [
      { source: String.raw`re_match('\d{4}', "2026")`, result: 'True' },
      { source: String.raw`re_match('\d{4}', "in 2026")`, result: 'False' },
    ],
    knownFrom: python,
    call: ({ reg, str }, context) => matcherOf(reg, str, context).matches(),
  }),
  defineFunction({
    name: 're_sub',
    group: 'text',
    summary: 'Replaces what fits a pattern.',
    parameters: {
      reg,
      repl: required('text', 'What to put in its place, as it stands.'),
      str,
      count: optional('whole', 'How many places, from the left; all when absent.'),
    },
    returns: 'A text.',
    examples: [{ source: String.raw`re_sub('\s+', " ", "a   b  c")`, result: '"a b c"' }],
    knownFrom: python,
    async call({ reg, repl, str, count = Number.POSITIVE_INFINITY }, context) {
      const parts = await cut(reg, str, count, context)
      context.spend(parts.length * repl.length)
      return parts.join(repl)
    },
  }),
  defineFunction({
    name: 're_split',
    group: 'text',
    summary: 'Cuts a text where a pattern fits.',
    parameters: { reg, str },
    returns: 'A list of texts.',
    examples: [{ source: `re_split('[,;] *', "a, b;c")`, result: '["a", "b", "c"]' }],
    knownFrom: python,
    call: ({ reg, str }, context) => cut(reg, str, Number.POSITIVE_INFINITY, context),
  }),
  defineFunction({
    name: 'similar',
    group: 'text',
    summary:
      'Whether two texts are nearly the same: less than 30 % of the letters must change, whatever their size. For answers with slips of the pen.',
    parameters: {
      str1: required('text', 'One text; of at most 1,000 characters.'),
      str2: required('text', 'The other text; likewise.'),
    },
    returns: 'True or False.',
    examples: [
      { source: 'similar("пингвин", "Пенгвин")', result: 'True' },
      { source: 'similar("кот", "пёс")', result: 'False' },
    ],
    knownFrom: field,
    call({ str1, str2 }, { work }) {
      const [one, other] = [str1.trim().toLowerCase(), str2.trim().toLowerCase()]
      const letters = Math.max(one.length, other.length)
      if (letters > 1_000) throw new AppError('invalid', 'the texts may have at most 1000 characters')
      work((one.length * other.length) / workPerUnit)
      return letters === 0 || editDistance(one, other) / letters < 0.3
    },
  }),
]

const longest = { pattern: 500, text: 10_000 }
/** States of the pattern times characters, in one look through a text: about 30 milliseconds. */
const mostWork = 1_000_000
/** How many of them take as long as any other function takes for a character, with something to spare. */
const workPerUnit = 5

function matcherOf(pattern: string, text: string, context: CallContext) {
  if (pattern.length > longest.pattern) {
    throw new AppError('invalid', `the pattern may have at most ${longest.pattern} characters`)
  }
  if (text.length > longest.text) {
    throw new AppError('invalid', `the text to look in may have at most ${longest.text} characters`)
  }
  const compiled = compile(pattern)
  const work = compiled.programSize() * (text.length + 1)
  if (work > mostWork) throw new AppError('invalid', 'the pattern has too many possibilities for a text of this length')
  context.work(work / workPerUnit)
  return compiled.matcher(text)
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern)
  } catch (error) {
    throw new AppError('invalid', `"${pattern}" is no pattern: ${messageOf(error)}`, { cause: error })
  }
}

/** Each place where a pattern fits. To find one, the rest of the text may be looked through, so each costs as much. */
async function* matchesOf(pattern: string, text: string, context: CallContext) {
  const matcher = matcherOf(pattern, text, context)
  const states = matcher.pattern().programSize()
  while (matcher.find()) {
    yield matcher
    context.work(1 + (states * (text.length - matcher.end())) / workPerUnit)
    await context.breathe()
  }
}

/** The parts between the places where a pattern fits. */
async function cut(pattern: string, text: string, most: number, context: CallContext): Promise<string[]> {
  const parts: string[] = []
  let from = 0
  for await (const matcher of matchesOf(pattern, text, context)) {
    if (parts.length >= most) break
    parts.push(text.slice(from, matcher.start()))
    from = matcher.end()
  }
  return [...parts, text.slice(from)]
}
