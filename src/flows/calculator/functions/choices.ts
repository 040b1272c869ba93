import { type CalculatorFunction, defineFunction, optional, required } from '../function.ts'
import { type CalculatorValue, dictionaryOf, isDictionary, textOf } from '../value.ts'
import { field } from './origins.ts'

const values_list = required('list', 'A list of texts, or of dictionaries.')
const key = optional('text', 'Of dictionaries: the key of the text to show.', '')

/** Functions that offer the items of a list to the contact, and find the one that was chosen. */
export const choiceFunctions: readonly CalculatorFunction[] = [
  defineFunction({
    name: 'tools_make_button_str_checker',
    group: 'lists',
    summary: 'What is needed to let the contact choose from a list, with buttons or without.',
    parameters: {
      values_list,
      key,
      in_line: optional('whole', 'How many buttons stand in a row.', 1),
      button_type: optional('whole', '0 for buttons in place of the keyboard, 1 for buttons within the message.', 0),
      checker_with_numbers: optional('whole', '0 when the numbers of the list are no answers.', 1),
    },
    returns:
      'A dictionary: `numbered_list` (a text), `buttons` (a list), `checker` (the possible answers, a `;` after each).',
    examples: [
      {
        source: 'tools_make_button_str_checker(["Hats", "Caps"])["numbered_list"]',
        result: String.raw`"1. Hats\n2. Caps\n"`,
      },
      { source: 'tools_make_button_str_checker([{"t": "Hats"}], "t")["checker"]', result: '"Hats;1;"' },
    ],
    knownFrom: field,
    call({ values_list, key, in_line, button_type, checker_with_numbers }) {
      const shown = values_list.map((item) => shownOf(item, key))
      const row = Math.max(1, in_line)
      const buttons = shown.map((text, at) =>
        dictionaryOf([
          ['type', button_type === 1 ? 'inline' : 'reply'],
          ['text', text],
          ['line', Math.floor(at / row)],
          ['index_in_line', at % row],
        ]),
      )
      return dictionaryOf([
        ['numbered_list', shown.map((text, at) => `${at + 1}. ${text}\n`).join('')],
        ['buttons', buttons],
        ['checker', shown.map((text, at) => (checker_with_numbers ? `${text};${at + 1};` : `${text};`)).join('')],
      ])
    },
  }),
  defineFunction({
    name: 'tools_check_user_input',
    group: 'lists',
    summary: 'The item of a list that the contact chose, by its text in any case or by its number.',
    parameters: {
      values_list,
      user_input: required('text', 'What the contact answered.'),
      key,
      return_key: optional('text', 'Of dictionaries: the key of the value to give; the whole item when absent.'),
    },
    returns: 'The value; None when nothing of the list was chosen.',
    examples: [
      { source: 'tools_check_user_input(["Hats", "Caps"], "2")', result: '"Caps"' },
      { source: 'tools_check_user_input([{"t": "Hats", "price": 100}], "hats", "t", "price")', result: '100' },
    ],
    knownFrom: field,
    call({ values_list, user_input, key, return_key }): CalculatorValue | undefined {
      const wanted = user_input.trim().toLowerCase()
      const byText = values_list.find((item) => shownOf(item, key).trim().toLowerCase() === wanted)
      const chosen = byText ?? (/^\d{1,6}$/.test(wanted) ? values_list[Number(wanted) - 1] : undefined)
      if (!return_key || !isDictionary(chosen)) return chosen
      return Object.hasOwn(chosen, return_key) ? chosen[return_key] : undefined
    },
  }),
]

function shownOf(item: CalculatorValue, key: string): string {
  if (!isDictionary(item)) return textOf(item)
  return Object.hasOwn(item, key) ? textOf(item[key]) : ''
}
