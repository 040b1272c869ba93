import { AppError } from '../../../platform/errors.ts'
import { keyOf } from '../compare.ts'
import { type CalculatorFunction, defineFunction, optional, required } from '../function.ts'
import { numberOf } from '../number.ts'
import { calculate } from '../operators.ts'
import { withoutItem } from '../reach.ts'
import { type CalculatorList, type CalculatorValue, structureOf, textOf } from '../value.ts'
import { field, python } from './origins.ts'

const mass = required('list', 'The list.')

export const listFunctions: readonly CalculatorFunction[] = [
  defineFunction({
    name: 'append',
    group: 'lists',
    summary: 'A copy of a list with one more item at its end: `list = append(list, item)`.',
    parameters: {
      mass,
      element: required('any', 'The item.'),
      priznak: optional(
        'boolean',
        'True when the item is the JSON text of a list or dictionary, which is then read.',
        false,
      ),
    },
    returns: 'A list.',
    examples: [
      { source: 'append(["a"], "b")', result: '["a", "b"]' },
      { source: `append([1], '{"a": 2}', True)`, result: '[1, {"a": 2}]' },
    ],
    knownFrom: field,
    call: ({ mass, element, priznak }) => [...mass, itemFrom(element, priznak)],
  }),
  defineFunction({
    name: 'insert',
    group: 'lists',
    summary: 'A copy of a list with one more item at a place.',
    parameters: {
      mass,
      index: required('whole', 'The place, from 0; a negative number counts from the end.'),
      value: required('any', 'The item.'),
      priznak: optional(
        'boolean',
        'True when the item is the JSON text of a list or dictionary, which is then read.',
        false,
      ),
    },
    returns: 'A list.',
    examples: [{ source: 'insert(["a", "c"], 1, "b")', result: '["a", "b", "c"]' }],
    knownFrom: field,
    call: ({ mass, index, value, priznak }) => mass.toSpliced(index, 0, itemFrom(value, priznak)),
  }),
  defineFunction({
    name: 'del',
    group: 'lists',
    summary:
      'A copy of a list without the item at a place, or of a dictionary without a key. `del name[key]` changes the variable itself.',
    parameters: {
      mass: required('any', 'A list or a dictionary.'),
      key: required('any', 'The place, from 0, or the key.'),
    },
    returns: 'A list or dictionary; the same when there is no such item.',
    examples: [
      { source: 'del(["a", "b"], 0)', result: '["b"]' },
      { source: 'del({"a": 1, "b": 2}, "a")', result: '{"b": 2}' },
    ],
    knownFrom: field,
    call: ({ mass, key }) => withoutItem(mass, key),
  }),
  defineFunction({
    name: 'remove',
    group: 'lists',
    summary: 'A copy of a list without the first item of this value.',
    parameters: { mass, value: required('any', 'The value.') },
    returns: 'A list; the same when it has no such item.',
    examples: [{ source: 'remove(["1", 2, 3], 2)', result: '["1", 3]' }],
    knownFrom: field,
    call({ mass, value }) {
      const place = placeOf(mass, value)
      return place < 0 ? mass : mass.toSpliced(place, 1)
    },
  }),
  defineFunction({
    name: 'index',
    group: 'lists',
    summary: 'The place of a value in a list.',
    parameters: { mass, value: required('any', 'The value.') },
    returns: 'The first place, from 0; -1 when it is not there.',
    examples: [
      { source: 'index(["1", 2], 2)', result: '1' },
      { source: 'index(["1", 2], 5)', result: '-1' },
    ],
    knownFrom: field,
    call: ({ mass, value }) => placeOf(mass, value),
  }),
  defineFunction({
    name: 'in_array',
    group: 'lists',
    summary: 'Whether a list has a value.',
    parameters: { mass, value: required('any', 'The value.') },
    returns: 'True or False.',
    examples: [{ source: 'in_array(["Вася", "Лена"], "Аня")', result: 'False' }],
    knownFrom: field,
    call: ({ mass, value }) => placeOf(mass, value) >= 0,
  }),
  defineFunction({
    name: 'arr_len',
    group: 'lists',
    summary: 'How many items a list or dictionary has.',
    parameters: { mass: optional('any', 'The list or dictionary.') },
    returns: 'A whole number: 0 when nothing is given, -1 when it is neither list nor dictionary.',
    examples: [
      { source: 'arr_len([1, 2])', result: '2' },
      { source: 'arr_len()', result: '0' },
      { source: 'arr_len("abc")', result: '-1' },
    ],
    knownFrom: field,
    call({ mass }) {
      if (mass === undefined) return 0
      const structure = structureOf(mass)
      return structure ? Object.keys(structure).length : -1
    },
  }),
  defineFunction({
    name: 'array_slice',
    group: 'lists',
    summary: 'A part of a list, as the slice `array[start_index:end_index]`.',
    parameters: {
      array: mass,
      start_index: required('whole', 'Where the part begins, from 0.'),
      end_index: optional('whole', 'Where it ends, not included; the end of the list when absent.'),
    },
    returns: 'A list.',
    examples: [
      { source: 'array_slice(["a", "b", "c"], 1)', result: '["b", "c"]' },
      { source: 'array_slice(["a", "b", "c"], 0, 2)', result: '["a", "b"]' },
    ],
    knownFrom: field,
    call: ({ array, start_index, end_index }) => array.slice(start_index, end_index),
  }),
  defineFunction({
    name: 'sum_array',
    aliases: ['sum'],
    group: 'lists',
    summary: 'The sum of the items of a list.',
    parameters: { array: mass },
    returns: 'A number; the text `array has unsupported elements` when an item is no number.',
    examples: [
      { source: 'sum_array([1, 2, "-4"])', result: '-1' },
      { source: 'sum_array([1, "a"])', result: '"array has unsupported elements"' },
    ],
    knownFrom: field,
    call({ array }) {
      let sum: CalculatorValue = 0
      for (const item of array) {
        const number = numberOf(item)
        if (number === undefined) return 'array has unsupported elements'
        sum = calculate('+', sum, number)
      }
      return sum
    },
  }),
  defineFunction({
    name: 'massive_to_text',
    group: 'lists',
    summary: 'A list as text for people, each item on a line of its own.',
    parameters: {
      massive: mass,
      header: optional('text', 'A line before it.', ''),
      numbered: optional('any', 'Any value numbers the items.'),
      delimiter1: optional('text', 'What stands at the end of each item.', ';'),
      delimiter2: optional('text', 'What stands after each number.', ')'),
    },
    returns: 'A text.',
    examples: [
      { source: 'massive_to_text(["a", "b"])', result: String.raw`"a;\nb;"` },
      { source: 'massive_to_text(["a", "b"], "List", 1)', result: String.raw`"List\n1) a;\n2) b;"` },
    ],
    knownFrom: field,
    call({ massive, header, numbered, delimiter1, delimiter2 }, { spend }) {
      spend(massive.length * (delimiter1.length + delimiter2.length + 8))
      const isNumbered = numbered !== undefined && numbered !== ''
      const lines = massive.map((item, at) => {
        return `${isNumbered ? `${at + 1}${delimiter2} ` : ''}${textOf(item)}${delimiter1}`
      })
      return [...(header ? [header] : []), ...lines].join('\n')
    },
  }),
  defineFunction({
    name: 'unpack_list',
    group: 'lists',
    summary: 'Makes a variable of each item: `var1`, `var2` and so on.',
    parameters: {
      array: mass,
      var_name: optional('text', 'What the names of the variables begin with.', 'var'),
    },
    returns: 'True.',
    examples: [{ source: 'unpack_list(["one", "two"], "custom")', result: 'True' }],
    knownFrom: field,
    call({ array, var_name }, { setVariable, spend }) {
      if (!/^[\p{L}_][\p{L}\p{N}_.]{0,99}$/u.test(var_name)) {
        throw new AppError('invalid', '`var_name` must be a name: a letter, then letters, digits and underscores')
      }
      if (array.length > 1_000) throw new AppError('invalid', 'a list of more than 1000 items cannot be unpacked')
      for (const [at, item] of array.entries()) {
        spend(var_name.length)
        setVariable(`${var_name}${at + 1}`, item)
      }
      return true
    },
  }),
  defineFunction({
    name: 'range',
    group: 'lists',
    summary: 'A list of whole numbers.',
    parameters: {
      start: required('whole', 'The first number; the end, when it is the only argument.'),
      stop: optional('whole', 'The end, not included.'),
      step: optional('whole', 'The distance between two numbers.', 1),
    },
    returns: 'A list.',
    examples: [
      { source: 'range(3)', result: '[0, 1, 2]' },
      { source: 'range(5, 1, -2)', result: '[5, 3]' },
    ],
    knownFrom: python,
    call({ start, stop, step }, { spend }) {
      const [first, end] = stop === undefined ? [0, start] : [start, stop]
      if (step === 0) throw new AppError('invalid', '`step` cannot be 0')
      const length = Math.max(0, Math.ceil((end - first) / step))
      spend(length)
      return Array.from({ length }, (_, at) => first + at * step)
    },
  }),
]

function itemFrom(value: CalculatorValue, isJson: boolean): CalculatorValue {
  return isJson ? (structureOf(value) ?? value) : value
}

function placeOf(list: CalculatorList, value: CalculatorValue): number {
  const key = keyOf(value)
  return list.findIndex((item) => keyOf(item) === key)
}
