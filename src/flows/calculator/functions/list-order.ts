import { AppError } from '../../../platform/errors.ts'
import { keyOf, orderOfRanks, type Rank, rankOf } from '../compare.ts'
import { type CalculatorFunction, defineFunction, optional, required } from '../function.ts'
import { type CalculatorList, type CalculatorValue, dictionaryOf, isList, structureOf, textOf } from '../value.ts'
import { field, fieldByName } from './origins.ts'

const mass = required('list', 'The list.')

/** Functions that put lists in an order, compare them and choose from them. */
export const listOrderFunctions: readonly CalculatorFunction[] = [
  defineFunction({
    name: 'sort',
    group: 'lists',
    summary:
      'Sorts a list by its items, or a dictionary by its keys: numbers first, then dates and times, then texts, then the rest.',
    parameters: {
      mass: required('any', 'A list or a dictionary.'),
      b: optional('boolean', 'True to begin with the greatest.', false),
    },
    returns: 'A list or dictionary.',
    examples: [
      { source: 'sort([3, "1", 2])', result: '["1", 2, 3]' },
      { source: 'sort({"b": 1, "a": 2}, True)', result: '{"b": 1, "a": 2}' },
    ],
    knownFrom: field,
    call({ mass, b }) {
      const structure = structureOf(mass)
      if (!structure) throw new AppError('invalid', '`mass` must be a list or a dictionary')
      if (isList(structure)) return sorted(structure, (item) => item, b)
      return dictionaryOf(sorted(Object.entries(structure), ([key]) => key, b))
    },
  }),
  defineFunction({
    name: 'sort_by_value',
    group: 'lists',
    summary: 'Sorts a dictionary by its values.',
    parameters: {
      dict: required('dictionary', 'The dictionary.'),
      b: optional('boolean', 'True to begin with the greatest.', false),
    },
    returns: 'A dictionary. Keys that are whole numbers always come first, in their own order.',
    examples: [{ source: 'sort_by_value({"a": 2, "b": 1})', result: '{"b": 1, "a": 2}' }],
    knownFrom: field,
    call: ({ dict, b }) => dictionaryOf(sorted(Object.entries(dict), ([, value]) => value, b)),
  }),
  defineFunction({
    name: 'shuffle_massive',
    group: 'lists',
    summary: 'The items of a list in an order by chance.',
    parameters: { massive: mass },
    returns: 'A list.',
    examples: [{ source: 'shuffle_massive([1])', result: '[1]' }],
    knownFrom: field,
    call({ massive }, { random }) {
      const left = [...massive]
      for (let last = left.length - 1; last > 0; last--) {
        const other = Math.floor(random() * (last + 1))
        ;[left[last], left[other]] = [left[other]!, left[last]!]
      }
      return left
    },
  }),
  defineFunction({
    name: 'select_random_from_list',
    group: 'lists',
    summary: 'One item of a list, by chance.',
    parameters: { array: mass },
    returns: 'An item; None of an empty list.',
    examples: [{ source: 'select_random_from_list(["a"])', result: '"a"' }],
    knownFrom: field,
    call: ({ array }, { random }) => array[Math.floor(random() * array.length)],
  }),
  defineFunction({
    name: 'remove_duplicates',
    group: 'lists',
    summary: 'A list in which each value stands once, at its first place.',
    parameters: { array: mass },
    returns: 'A list.',
    examples: [{ source: 'remove_duplicates([1, 2, 5, 1, 5, 3])', result: '[1, 2, 5, 3]' }],
    knownFrom: field,
    call({ array }) {
      const seen = new Map(array.toReversed().map((item) => [keyOf(item), item]))
      return array.filter((item) => seen.delete(keyOf(item)))
    },
  }),
  defineFunction({
    name: 'except_arr',
    group: 'lists',
    summary: 'The items of one list that another does not have.',
    parameters: { mas1: mass, mas2: required('list', 'What to leave out.') },
    returns: 'A list.',
    examples: [{ source: 'except_arr([1, 2, 3], [2, 3])', result: '[1]' }],
    knownFrom: field,
    call: ({ mas1, mas2 }) => chosen(mas1, mas2, false),
  }),
  defineFunction({
    name: 'cross_arr',
    group: 'lists',
    summary: 'The items of one list that another has too.',
    parameters: { mas1: mass, mas2: required('list', 'What to keep.') },
    returns: 'A list.',
    examples: [{ source: 'cross_arr([1, 2, 3], [2, 3])', result: '[2, 3]' }],
    knownFrom: field,
    call: ({ mas1, mas2 }) => chosen(mas1, mas2, true),
  }),
  defineFunction({
    name: 'count_occurrences',
    aliases: ['count'],
    group: 'lists',
    summary: 'How often a list has a value, or a text another text.',
    parameters: {
      where: required('any', 'A list or a text.'),
      value: required('any', 'What to count.'),
    },
    returns: 'A whole number.',
    examples: [
      { source: 'count_occurrences([1, "1", 2], 1)', result: '2' },
      { source: 'count_occurrences("banana", "an")', result: '2' },
    ],
    knownFrom: fieldByName,
    call({ where, value }) {
      const list = structureOf(where)
      const key = keyOf(value)
      if (isList(list)) return list.filter((item) => keyOf(item) === key).length
      const part = textOf(value)
      return part === '' ? 0 : textOf(where).split(part).length - 1
    },
  }),
]

function chosen(list: CalculatorList, others: CalculatorList, wanted: boolean): CalculatorList {
  const known = new Set(others.map(keyOf))
  return list.filter((item) => known.has(keyOf(item)) === wanted)
}

function sorted<Item>(items: readonly Item[], by: (item: Item) => CalculatorValue, descending: boolean): Item[] {
  const ranked = items.map((item) => ({ item, rank: rankOf(by(item)) }))
  ranked.sort((one, other) => {
    const order = orderOfRanks(one.rank, other.rank) ?? kindOf(one.rank) - kindOf(other.rank)
    return descending ? -order : order
  })
  return ranked.map(({ item }) => item)
}

function kindOf(rank: Rank): number {
  return ['number', 'moment', 'time', 'string', 'undefined'].indexOf(typeof rank === 'object' ? rank.kind : typeof rank)
}
