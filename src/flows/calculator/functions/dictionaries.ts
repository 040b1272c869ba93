import { type CalculatorFunction, defineFunction, optional, required } from '../function.ts'
import { itemOf, withItem } from '../reach.ts'
import {
  type CalculatorValue,
  dictionaryOf,
  isDictionary,
  isList,
  type MaybeValue,
  structureOf,
  textOf,
} from '../value.ts'
import { field, fieldByName } from './origins.ts'

const data = required('dictionary', 'The dictionary.')
const path = 'The key, or the place in a list; a way through several with `|` between them: `suggestions|0|value`.'

export const dictionaryFunctions: readonly CalculatorFunction[] = [
  defineFunction({
    name: 'get',
    group: 'dictionaries',
    summary: 'A value from within dictionaries and lists.',
    parameters: {
      mass: required('any', 'A dictionary, a list, or the JSON text of one.'),
      key: required('text', path),
      default: optional('any', 'What to give when it is not there.'),
    },
    returns: 'The value; the default, or None, when it is not there.',
    examples: [
      { source: `get({"a": [{"b": 5}]}, "a|0|b")`, result: '5' },
      { source: 'get({"a": 1}, "x", "none")', result: '"none"' },
    ],
    knownFrom: fieldByName,
    call({ mass, key, default: fallback }) {
      let value: MaybeValue = mass
      for (const part of stepsOf(mass, key)) value = memberOf(value, part)
      return value ?? fallback
    },
  }),
  defineFunction({
    name: 'set',
    group: 'dictionaries',
    summary:
      'A copy of a dictionary or list with a value in one place. `name[key] = value` changes the variable itself.',
    parameters: {
      mass: required('any', 'A dictionary, a list, or the JSON text of one.'),
      key: required('text', `${path} Dictionaries that are missing on the way are made.`),
      value: required('any', 'The value.'),
    },
    returns: 'A dictionary or list.',
    examples: [
      { source: 'set({"a": 1}, "b", 2)', result: '{"a": 1, "b": 2}' },
      { source: 'set({}, "a|b", 1)', result: '{"a": {"b": 1}}' },
    ],
    knownFrom: fieldByName,
    call: ({ mass, key, value }) => withDeepItem(mass, stepsOf(mass, key), value),
  }),
  defineFunction({
    name: 'exist_key',
    group: 'dictionaries',
    summary: 'Whether a dictionary has a key.',
    parameters: { mass: data, key: required('text', 'The key.') },
    returns: 'True or False.',
    examples: [
      { source: 'exist_key({"1": 123, "q": {"w": "e"}}, "q")', result: 'True' },
      { source: 'exist_key({"q": {"w": "e"}}, "w")', result: 'False' },
    ],
    knownFrom: field,
    call: ({ mass, key }) => Object.hasOwn(mass, key),
  }),
  defineFunction({
    name: 'key_index',
    group: 'dictionaries',
    summary: 'The place of a key in a dictionary.',
    parameters: { mass: data, key: required('text', 'The key.') },
    returns: 'A whole number, from 0; -1 when it has no such key.',
    examples: [{ source: 'key_index({"1": 123, "2": 234, "q": 5}, "q")', result: '2' }],
    knownFrom: field,
    call: ({ mass, key }) => Object.keys(mass).indexOf(key),
  }),
  defineFunction({
    name: 'dict_keys_to_array',
    aliases: ['keys'],
    group: 'dictionaries',
    summary: 'The keys of a dictionary.',
    parameters: { data },
    returns: 'A list of texts.',
    examples: [{ source: 'dict_keys_to_array({"a": 1, "b": 2})', result: '["a", "b"]' }],
    knownFrom: field,
    call: ({ data }) => Object.keys(data),
  }),
  defineFunction({
    name: 'dict_values_to_array',
    aliases: ['values'],
    group: 'dictionaries',
    summary: 'The values of a dictionary.',
    parameters: { data },
    returns: 'A list.',
    examples: [{ source: 'dict_values_to_array({"a": 1, "b": 2})', result: '[1, 2]' }],
    knownFrom: field,
    call: ({ data }) => Object.values(data),
  }),
  defineFunction({
    name: 'get_values_by_key',
    group: 'dictionaries',
    summary: 'The values that the dictionaries of a list have for a key. Those without it are passed over.',
    parameters: { data: required('list', 'A list of dictionaries.'), key: required('text', 'The key.') },
    returns: 'A list.',
    examples: [{ source: 'get_values_by_key([{"a": 1}, {"a": 2, "b": 3}, {"b": 4}], "a")', result: '[1, 2]' }],
    knownFrom: field,
    call: ({ data, key }) =>
      data.flatMap((entry) => (isDictionary(entry) && Object.hasOwn(entry, key) ? [entry[key]!] : [])),
  }),
  defineFunction({
    name: 'humanize',
    group: 'dictionaries',
    summary: 'A dictionary as text for people: each key with its value on a line of its own.',
    parameters: {
      dict: data,
      delimiter: optional('text', 'What stands between key and value.', ': '),
      from_i: optional('whole', 'The first entry to show, from 0.', 0),
      to_i: optional('whole', 'The entry to stop before; all when absent.'),
    },
    returns: 'A text.',
    examples: [
      { source: 'humanize({"Anna": 6, "Ivan": 20}, ": ")', result: String.raw`"Anna: 6\nIvan: 20"` },
      { source: 'humanize({"Anna": 6, "Ivan": 20}, " - ", 1)', result: '"Ivan - 20"' },
    ],
    knownFrom: field,
    call({ dict, delimiter, from_i, to_i }, { spend }) {
      const entries = Object.entries(dict).slice(from_i, to_i)
      spend(entries.length * (delimiter.length + 1))
      return entries.map(([key, value]) => `${key}${delimiter}${textOf(value)}`).join('\n')
    },
  }),
]

/** A key of the dictionary itself may hold a `|`. */
function stepsOf(mass: CalculatorValue, key: string): string[] {
  const structure = structureOf(mass)
  return isDictionary(structure) && Object.hasOwn(structure, key) ? [key] : key.split('|').slice(0, 50)
}

function memberOf(value: MaybeValue, part: string): MaybeValue {
  const structure = structureOf(value)
  if (!structure || (isList(structure) && !/^-?\d{1,9}$/.test(part))) return undefined
  return itemOf(structure, part)
}

function withDeepItem(
  mass: MaybeValue,
  [part = '', ...deeper]: readonly string[],
  value: CalculatorValue,
): CalculatorValue {
  if (deeper.length === 0) return withItem(mass, part, value)
  return withItem(mass, part, withDeepItem(memberOf(mass, part) ?? dictionaryOf([]), deeper, value))
}
