import { type CalculatorFunction, defineFunction, optional, required, rest } from '../function.ts'
import { partOf } from '../reach.ts'
import { isDictionary, isList, structureOf, textOf } from '../value.ts'
import { field, fieldByName, python } from './origins.ts'

const source = required('text', 'The text.')

export const textFunctions: readonly CalculatorFunction[] = [
  defineFunction({
    name: 'str',
    aliases: ['string'],
    group: 'text',
    summary:
      'A value as it is shown: numbers without needless zeros, lists and dictionaries as JSON, None as an empty text.',
    parameters: { value: optional('any', 'Any value.') },
    returns: 'A text.',
    examples: [
      { source: 'str(2.50)', result: '"2.5"' },
      { source: 'str([1, "a"])', result: `'[1, "a"]'` },
    ],
    knownFrom: python,
    call: ({ value }) => textOf(value),
  }),
  defineFunction({
    name: 'len',
    group: 'text',
    summary: 'How many characters a text has, or items a list or dictionary.',
    parameters: { str: required('any', 'A text, list or dictionary.') },
    returns: 'A whole number; 0 for None.',
    examples: [
      { source: 'len("как прекрасен мир")', result: '17' },
      { source: 'len([1, 2])', result: '2' },
    ],
    knownFrom: field,
    call: ({ str }) => (isList(str) ? str.length : isDictionary(str) ? Object.keys(str).length : textOf(str).length),
  }),
  defineFunction({
    name: 'concat',
    group: 'text',
    summary: 'Joins texts.',
    parameters: { parts: rest('text', 'The texts, in their order.') },
    returns: 'A text.',
    examples: [{ source: 'concat("a", 1, "b")', result: '"a1b"' }],
    knownFrom: field,
    call: ({ parts }, { spend }) => {
      spend(parts.reduce((length, part) => length + part.length, 0))
      return parts.join('')
    },
  }),
  defineFunction({
    name: 'substring',
    group: 'text',
    summary: 'A part of a text, as the slice `text[n1:n2]`.',
    parameters: {
      str: source,
      n1: required('whole', 'Where the part begins, from 0; a negative number counts from the end.'),
      n2: optional('whole', 'Where it ends, not included; a negative number cuts so many characters off at the right.'),
    },
    returns: 'A text.',
    examples: [
      { source: 'substring("abcdef", 4)', result: '"ef"' },
      { source: 'substring("abcdef", -4)', result: '"cdef"' },
      { source: 'substring("abcdef", 1, -1)', result: '"bcde"' },
    ],
    knownFrom: field,
    call: ({ str, n1, n2 }) => str.slice(n1, n2),
  }),
  defineFunction({
    name: 'splitter',
    aliases: ['split'],
    group: 'text',
    summary: 'Cuts a text into parts at a separator. Spaces around the parts stay.',
    parameters: {
      str: source,
      s: optional('text', 'The separator; one of no length cuts between all characters.', ','),
      n: optional('whole', 'The most parts; the last one then holds the rest. All when absent.'),
    },
    returns: 'A list of texts.',
    examples: [
      { source: 'splitter("a,b,c", ",")', result: '["a", "b", "c"]' },
      { source: 'splitter("a:b:c", ":", 2)', result: '["a", "b:c"]' },
    ],
    knownFrom: field,
    call({ str, s, n }) {
      const parts = str.split(s)
      if (n === undefined || n < 1 || parts.length <= n) return parts
      return [...parts.slice(0, n - 1), parts.slice(n - 1).join(s)]
    },
  }),
  defineFunction({
    name: 'join',
    group: 'text',
    summary: 'Joins the items of a list.',
    parameters: {
      array: required('list', 'The list.'),
      delimiter: optional('text', 'What stands between the items.', ', '),
    },
    returns: 'A text.',
    examples: [{ source: 'join(["a", 1], "-")', result: '"a-1"' }],
    knownFrom: python,
    call({ array, delimiter }, { spend }) {
      spend(array.length * (delimiter.length + 1))
      return array.map(textOf).join(delimiter)
    },
  }),
  defineFunction({
    name: 'replace',
    group: 'text',
    summary: 'Replaces a part of a text by another, everywhere or at the first places only.',
    parameters: {
      str: source,
      s1: required('text', 'What to replace. When it is empty, nothing is replaced.'),
      s2: optional('text', 'What to put in its place.', ''),
      n: optional('whole', 'How many places, from the left; all when absent.'),
    },
    returns: 'A text.',
    examples: [
      { source: 'replace("wwww22", "w", "e", 1)', result: '"ewww22"' },
      { source: 'replace("a-b-c", "-")', result: '"abc"' },
    ],
    knownFrom: field,
    call({ str, s1, s2, n = Number.POSITIVE_INFINITY }, { spend }) {
      if (s1 === '') return str
      const parts = str.split(s1)
      const places = Math.max(0, Math.min(n, parts.length - 1))
      spend(str.length + places * Math.max(0, s2.length - s1.length))
      return [parts.slice(0, places + 1).join(s2), ...parts.slice(places + 1)].join(s1)
    },
  }),
  ofText('lower', [], 'All letters small.', (str) => str.toLowerCase(), ['lower("ПРИВЕТ")', '"привет"']),
  ofText('upper', [], 'All letters large.', (str) => str.toUpperCase(), ['upper("привет")', '"ПРИВЕТ"']),
  ofText('strip', ['trim'], 'Without spaces and line ends around it.', (str) => str.trim(), [
    'strip(" a b ")',
    '"a b"',
  ]),
  ofText('lstrip', [], 'Without spaces and line ends before it.', (str) => str.trimStart(), ['lstrip(" a ")', '"a "']),
  ofText('rstrip', [], 'Without spaces and line ends after it.', (str) => str.trimEnd(), ['rstrip(" a ")', '" a"']),
  ofText('capitalize', [], 'The first letter large, all others small.', capitalized, ['capitalize("иВАН")', '"Иван"']),
  ofText(
    'title',
    [],
    'The first letter of every word large, all others small.',
    (str) => str.replaceAll(/[\p{L}\p{N}]+/gu, capitalized),
    ['title("петров аНАтолий")', '"Петров Анатолий"'],
  ),
  ofText(
    'normalizePhone',
    ['normalize_phone'],
    'A phone number in digits only; one of eleven digits that begins with 8 then begins with 7.',
    (str) => str.replaceAll(/\D/g, '').replace(/^8(?=\d{10}$)/, '7'),
    ['normalizePhone("+7978-999-99-99")', '"79789999999"'],
  ),
  ofText(
    'tg_escape',
    [],
    'With a backslash before each character that a message with markup gives a meaning.',
    (str) => str.replaceAll(/[_*[\]()~`>#+\-=|{}.!]/g, '\\$&'),
    ['tg_escape("a_b")', '"a\\\\_b"'],
  ),
  ofPair('startswith', 'Whether a text begins with another.', (str, substr) => str.startsWith(substr), 'He', 'lo'),
  ofPair('endswith', 'Whether a text ends with another.', (str, substr) => str.endsWith(substr), 'lo', 'He'),
  defineFunction({
    name: 'contains',
    group: 'text',
    summary: 'Whether a text holds another.',
    parameters: {
      str: required('text', 'Where to look.'),
      substr: required('text', 'What to look for.'),
      registr: optional('boolean', 'False when large and small letters count as the same.', true),
    },
    returns: 'True or False.',
    examples: [
      { source: 'contains("Hello", "ell")', result: 'True' },
      { source: 'contains("Hello", "hell")', result: 'False' },
      { source: 'contains("Hello", "hell", False)', result: 'True' },
    ],
    knownFrom: field,
    call: ({ str, substr, registr }) =>
      registr ? str.includes(substr) : str.toLowerCase().includes(substr.toLowerCase()),
  }),
  defineFunction({
    name: 'find',
    group: 'text',
    summary: 'The place of a text within another.',
    parameters: {
      str: required('text', 'Where to look.'),
      substr: required('text', 'What to look for.'),
      start: optional('whole', 'Where to begin.', 0),
    },
    returns: 'The place of its first character, from 0; -1 when it is not there.',
    examples: [
      { source: 'find("abcabc", "c")', result: '2' },
      { source: 'find("abcabc", "c", 3)', result: '5' },
      { source: 'find("abc", "x")', result: '-1' },
    ],
    knownFrom: python,
    call: ({ str, substr, start }) => str.indexOf(substr, start < 0 ? start + str.length : start),
  }),
  defineFunction({
    name: 'reverse',
    group: 'text',
    summary: 'A text or list in the opposite order.',
    parameters: { value: required('any', 'A text or list.') },
    returns: 'A text or list.',
    examples: [
      { source: 'reverse("abc")', result: '"cba"' },
      { source: 'reverse([1, 2])', result: '[2, 1]' },
    ],
    knownFrom: python,
    call: ({ value }) => partOf(isList(structureOf(value)) ? value : textOf(value), [null, null, -1]),
  }),
  defineFunction({
    name: 'zfill',
    group: 'text',
    summary: 'Fills a text up with zeros at the left.',
    parameters: { str: source, width: required('whole', 'The least number of characters.') },
    returns: 'A text.',
    examples: [{ source: 'zfill(7, 3)', result: '"007"' }],
    knownFrom: python,
    call({ str, width }, { spend }) {
      spend(Math.max(0, width))
      return str.padStart(width, '0')
    },
  }),
  defineFunction({
    name: 'select_random',
    group: 'text',
    summary: 'One of several texts, by chance.',
    parameters: { str: required('text', 'The texts, with `|` between them.') },
    returns: 'A text.',
    examples: [{ source: 'select_random("a|a")', result: '"a"' }],
    knownFrom: fieldByName,
    call({ str }, { random }) {
      const texts = str.split('|')
      return texts[Math.floor(random() * texts.length)]
    },
  }),
]

function capitalized(text: string): string {
  const [first = ''] = text
  return first.toUpperCase() + text.slice(first.length).toLowerCase()
}

function ofText(
  name: string,
  aliases: string[],
  summary: string,
  work: (str: string) => string,
  example: [string, string],
): CalculatorFunction {
  return defineFunction({
    name,
    aliases,
    group: 'text',
    summary,
    parameters: { str: source },
    returns: 'A text.',
    examples: [{ source: example[0], result: example[1] }],
    knownFrom: /^.strip$/.test(name) ? python : field,
    call: ({ str }) => work(str),
  })
}

function ofPair(
  name: string,
  summary: string,
  work: (str: string, substr: string) => boolean,
  fits: string,
  fitsNot: string,
): CalculatorFunction {
  return defineFunction({
    name,
    group: 'text',
    summary,
    parameters: { str: required('text', 'Where to look.'), substr: required('text', 'What to look for.') },
    returns: 'True or False.',
    examples: [
      { source: `${name}("Hello", "${fits}")`, result: 'True' },
      { source: `${name}("Hello", "${fitsNot}")`, result: 'False' },
    ],
    knownFrom: field,
    call: ({ str, substr }) => work(str, substr),
  })
}
