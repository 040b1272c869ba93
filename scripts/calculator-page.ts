import { signature } from '../src/flows/calculator/bind-arguments.ts'
import { builtInVariables } from '../src/flows/calculator/built-in-variables.ts'
import type { CalculatorFunction, FunctionGroup, Parameter } from '../src/flows/calculator/function.ts'
import type { FunctionTable } from '../src/flows/calculator/function-table.ts'
import { deepestNesting } from '../src/flows/calculator/grammar.ts'
import { longestScript } from '../src/flows/calculator/parse.ts'
import { placeVariables } from '../src/flows/calculator/script-variables.ts'
import { formatSigns } from '../src/flows/calculator/strftime.ts'
import { deepestValue } from '../src/flows/calculator/value.ts'
import { stepLimits } from '../src/flows/engine/run-script.ts'
import { mostCalls } from '../src/flows/engine/script-host.ts'

const groups: Record<FunctionGroup, string> = {
  clients: 'Clients',
  tasks: 'Tasks',
  deals: 'Deals',
  logic: 'Logic',
  numbers: 'Numbers',
  text: 'Text',
  dates: 'Dates and times',
  lists: 'Lists',
  dictionaries: 'Dictionaries',
  coding: 'Coding and hashes',
}

/** The page about the calculator: the language, and the reference of all functions, in Markdown. */
export function calculatorPage<Host>(functions: FunctionTable<Host>): string {
  const all = [...new Set(functions.values())]
  const sections = Object.entries(groups).flatMap(([group, title]) => {
    const members = all.filter((definition) => definition.group === group)
    return members.length > 0 ? [section(title, members)] : []
  })
  return `${introduction()}\n${sections.join('\n')}`
}

function section<Host>(title: string, members: readonly CalculatorFunction<Host>[]): string {
  const contents = members.map(({ name }) => `[${name}](#${name.toLowerCase()})`).join(', ')
  return `## ${title}\n\n${contents}\n\n${members.map(functionPage).join('\n')}`
}

function functionPage<Host>(definition: CalculatorFunction<Host>): string {
  const { name, aliases, summary, parameters, returns, examples, knownFrom, changes } = definition
  const rows = Object.entries(parameters).map(([parameter, it]) => {
    return `| \`${parameter}\` | ${kindOf(it)} | ${presetOf(it)} | ${cell(it.meaning)} |`
  })
  const calls = examples.map(({ source, result }) => (result === undefined ? source : `${source}  /* ${result} */`))
  return [
    `### ${name}`,
    '',
    `\`${signature(name, definition)}\``,
    '',
    summary,
    '',
    ...(rows.length > 0 ? ['| parameter | value | default | meaning |', '| --- | --- | --- | --- |', ...rows, ''] : []),
    `Gives: ${returns}${changes ? ' Changes data.' : ''}`,
    '',
    ...(calls.length > 0 ? ['```', ...calls, '```', ''] : []),
    [
      ...(aliases.length > 0 ? [`Also called ${aliases.map((alias) => `\`${alias}\``).join(', ')}.`] : []),
      `Known from: ${knownFrom}.`,
    ].join(' '),
    '',
  ].join('\n')
}

const types: Record<Parameter['type'], string> = {
  any: 'any',
  text: 'text',
  number: 'number',
  whole: 'whole number',
  boolean: 'yes or no',
  list: 'list',
  dictionary: 'dictionary',
  later: 'any',
}

function kindOf({ type, rest }: Parameter): string {
  return rest ? `${types[type]}, any number of them` : types[type]
}

function presetOf({ optional, rest, default: preset }: Parameter): string {
  if (rest) return ''
  if (!optional) return 'required'
  if (preset === undefined || preset === null) return ''
  return `\`${typeof preset === 'boolean' ? (preset ? 'True' : 'False') : JSON.stringify(preset)}\``
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

function introduction(): string {
  const variables = Object.entries(builtInVariables).map(([name, { meaning }]) => `| \`${name}\` | ${meaning} |`)
  const ofPlace = Object.entries(placeVariables).map(([name, meaning]) => `| \`${name}\` | ${meaning} |`)
  const signs = formatSigns.map(({ sign, meaning }) => `| \`${sign}\` | ${meaning} |`)
  return `# The calculator

<!-- Made by scripts/generate-calculator-functions.ts from src/flows/calculator; do not edit. -->

A block can carry a script (\`script\`), which runs before the block does its work. Scripts of Salebot and MaviBot run as they
are, as far as their functions are listed below.

\`\`\`
/* What the order costs, and who looks after it */
total = price * amount
total = if(amount >= 10, round(total * 0.9, 2), total)
text = "#{name}, that is #{total} in all"
order = {"city": "Berlin", "items": ["a", "b"]}
order["items"][0] = "c"   first = order["items"][0]
\`\`\`

## The language

- A script runs from top to bottom. A newline ends a statement, except within brackets and after an operator; several statements
  may stand on one line with spaces between them. \`/* … */\` is a comment, over as many lines as it needs.
- \`name = value\` sets a variable, \`name[key] = value\` an item of a list or a dictionary, \`del name[key]\` takes an item away. A name is
  letters of any alphabet, digits and \`_\`, and does not begin with a digit; \`name\` and \`#{name}\` are the same. A name may have parts:
  \`project.rate\` is the variable of that name or, where there is none, the entry \`rate\` of the dictionary \`project\`.
- Texts stand in single or double quotes on one line; \`#{name}\` in them is the value of the variable. \`\\n\`, \`\\t\`, \`\\"\`, \`\\'\` and
  \`\\\\\` are a newline, a tab, quotes and a backslash; a backslash before anything else stays.
- Lists are \`[1, "a"]\`, dictionaries \`{"key": 1}\`; they may hold each other. \`list[0]\`, \`list[-1]\`, \`list[1:3]\`, \`text[0]\` and
  \`dictionary["key"]\` take parts. The JSON text of a list or dictionary does as well. What is not there is None.
- The other values are numbers, \`True\`, \`False\` and \`None\`.

| operators, the weakest first | |
| --- | --- |
| \`or\`, \`OR\`, \`\\|\\|\` | the first side when it counts as yes, else the second |
| \`and\`, \`AND\`, \`&&\` | the first side when it counts as no, else the second |
| \`not\`, \`NOT\`, \`!\` | |
| \`==\`, \`!=\`, \`<\`, \`<=\`, \`>\`, \`>=\` | also in a row: \`1 < x <= 5\` |
| \`+\`, \`-\` | |
| \`*\`, \`/\`, \`%\` | the rest of a division has the sign of the right side |
| \`-x\`, \`+x\` | |
| \`^\`, \`**\` | power, from the right: \`2^3^2\` is 512 |

How values are taken:

- **Numbers.** What looks like a number is one: \`"10" + 5\` is 15. Results have 15 digits, so \`0.1 + 0.2\` is 0.3, and whole numbers
  show no point. A text with a plus in front, such as a phone number, is a text. Whole numbers above ${Number.MAX_SAFE_INTEGER} stay
  texts, so that long ids keep their digits. Division by zero ends the script.
- **Dates** (\`dd.mm.yyyy\`, \`yyyy-mm-dd\`) **and times** (\`HH:MM\`) are compared as such. \`'12.10.2021' + 3\` is three days later,
  \`'15:00' + 120\` two hours later; a date minus a date is days, a time minus a time minutes.
- \`+\` joins texts, lists and dictionaries.
- **A variable without a value** equals nothing, so \`x == 1\` and \`x == None\` are False; \`"#{x}" == ""\` finds out whether it is empty.
  In a text it is empty; calculating with it ends the script, with its name.
- Values that have no order, such as a text and a number, are neither smaller nor greater than each other.
- Yes and no: nothing, 0, empty texts, lists and dictionaries, and the texts \`False\` and \`None\` count as no.

Variables that are always there, unless you set your own of that name:

| variable | |
| --- | --- |
${variables.join('\n')}

Dates and times are those of the contact's time zone, or else of the project's. They stand still while a script runs.

Arguments go by position or by name: \`count_client_orders(client_id, get_all=0)\`. For a parameter with a default, None stands for the
default, and so does an empty text where a number, a list or yes or no is wanted: \`f('', 2)\`.

When a flow is published, its scripts are checked: a fault names line and column and what was expected, a function that there is not is
named with the one that was probably meant.

## In a block

The script runs when its block is entered, not again when a reply comes back to it, and then the block does its work, which sees what the
script did: \`{{ run.total }}\`, \`{{ deal.name }}\`. Everything is part of one commit. A script that cannot go on ends with its line and the
reason, and nothing of it is kept: the run takes the output \`error\` of the block where an arrow leaves it, else it stops visibly. The same
happens when the block itself fails. What a script printed, changed and called is in the trace of the run, with secrets masked.

A bare name means, the first that has a value: an attribute of the contact, a variable of the run, a field of the contact (\`name\`,
\`first_name\`, \`phone\`, \`email\` … as in placeholders), a variable of the project, one of the names below, one of those above.
\`contact\`, \`sender\`, \`run\`, \`project\`, \`message\`, \`conversation\` and \`trigger\` are dictionaries, so \`run.city\` says which is meant. Deals
are seen by functions only; there they are called orders, stages are called states, and the number of a state is that of its stage.

| variable | |
| --- | --- |
${ofPlace.join('\n')}

What a script sets becomes a variable of the run; but where the project has an attribute of that name, it becomes the contact's attribute, and
must fit its type. \`run.city = …\` and \`contact.city = …\` say which is meant; the other dictionaries can only be read. Fields of the contact
are changed by functions and the block \`set-fields\`: \`phone = …\` makes a variable of the run.

A script may have ${longestScript} characters and brackets ${deepestNesting} deep. It may take ${stepLimits.steps} steps, ${stepLimits.timeMs / 1000} seconds and ${mostCalls} calls of functions for clients,
tasks and orders; a value may have ${stepLimits.length} characters and items and be ${deepestValue} deep, all values together ${stepLimits.volume}. That is little, because
other conversations wait while a script runs. From its first such call on, no other script works on the same contact until the commit, so
\`set_order_var("", "n", get_order_var("", "n") + 1)\` counts right.

\`POST /api/v1/calculator/run\` tries a script on a contact without keeping anything: it answers with the value, the variables, what would have
been done, what was printed and the time.

## Formats of dates

Such as \`%d.%m.%y %H:%M\`:

| sign | |
| --- | --- |
${signs.join('\n')}
`
}
