import { type CalculatorFunction, defineFunction, optional, required, rest } from '../function.ts'
import { isTrue, textOf } from '../value.ts'
import { field, python } from './origins.ts'

export const logicFunctions: readonly CalculatorFunction[] = [
  defineFunction({
    name: 'if',
    aliases: ['IF'],
    group: 'logic',
    summary: 'Chooses between two values. Only the chosen one is worked out, so calls in the other one do nothing.',
    parameters: {
      condition: required('boolean', 'What decides.'),
      value_if_true: required('later', 'The value when it holds.'),
      value_if_false: optional('later', 'The value when it does not.'),
    },
    returns: 'The chosen value; None when it does not hold and there is no third value.',
    examples: [
      { source: 'if(2 > 1, "yes", "no")', result: '"yes"' },
      { source: 'if(1 > 2, 1, if(2 > 2, 2, 3))', result: '3' },
    ],
    knownFrom: field,
    async call({ condition, value_if_true, value_if_false }) {
      return condition ? value_if_true() : value_if_false?.()
    },
  }),
  defineFunction({
    name: 'bool',
    group: 'logic',
    summary: 'Whether a value counts as yes, as in a condition.',
    parameters: { value: optional('any', 'What to look at.') },
    returns:
      'True or False. No are: nothing, 0, empty texts, lists and dictionaries, and the texts `False` and `None`.',
    examples: [
      { source: 'bool("0")', result: 'False' },
      { source: 'bool([0])', result: 'True' },
    ],
    knownFrom: python,
    call: ({ value }) => isTrue(value),
  }),
  defineFunction({
    name: 'print',
    group: 'logic',
    summary: 'Adds a line to the output of the script, which the playground and the trace show.',
    parameters: { values: rest('any', 'What to show, joined by spaces.') },
    returns: 'None.',
    examples: [{ source: 'print("total", 3)', result: 'None' }],
    knownFrom: python,
    call({ values }, { print }) {
      print(values.map(textOf).join(' '))
      return null
    },
  }),
]
