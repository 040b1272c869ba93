import { stringify } from 'yaml'
import { z } from 'zod'
import type { BlockDefinition, BlockRegistry } from '../src/flows/block.ts'

/** The reference page of all blocks, in Markdown. */
export function blockPages(registry: BlockRegistry): string {
  const all = [...registry.values()]
  const contents = all.map(({ type, summary }) => `- [${type}](#${type}): ${summary}`).join('\n')
  return `${introduction}\n${contents}\n\n${all.map(blockPage).join('\n')}`
}

const introduction = `# Blocks

<!-- Made by scripts/generate-block-pages.ts from the blocks of src; do not edit. -->

A block does one thing and leaves by one of its outputs; arrows that leave by the same output are all followed, actions
before messages. Every block also has these fields:

| field | meaning |
| --- | --- |
| \`id\`, \`number\` | Stable names: for arrows and other flows, and for people. |
| \`name\`, \`description\` | For people. |
| \`state\` | What happens after the block has done its work, see below. \`skip\` when absent. |
| \`messageDelay\` | A pause before what follows (\`30s\`, \`5m\`, \`3h\`, \`2d\`, \`1w\`); meanwhile messages are stored and do not move the flow. |
| \`script\` | A script that runs before the block does its work. |

States:

- **skip**: the flow goes on at once.
- **wait**: the flow waits for the contact's reply, then goes on by the output that the block chose. A block that waits for
  a reply itself (*ask*, a *message* whose buttons have outputs of their own) has then waited: there is no second wait.
- **block**: the flow ends here for this contact, who can neither go on in it nor begin it again until an operator lifts it.
- **manual**: the block does its work, then the conversation and its deal are handed to people.

Texts may hold placeholders such as \`{{ contact.first_name | default: "friend" }}\`, \`{{ run.answer }}\`, \`{{ deal.budget }}\`,
\`{{ project.key }}\`, \`{{ message.text }}\`, \`{{ conversation.title }}\`, \`{{ sender.username }}\` and \`{{ now }}\`. A placeholder
that names nothing comes out empty.

A step that fails leaves by the output \`error\` where the block has one with an arrow; otherwise the run stops and its trace says why.
`

function blockPage(definition: BlockDefinition): string {
  const { type, summary, options, outputs, example } = definition
  const schema = z.toJSONSchema(options, { io: 'input' }) as Schema
  const rows = optionRows(schema.$defs?.[refName(schema)] ?? schema, '').map((cells) => `| ${cells.join(' | ')} |`)
  return [
    `## ${type}`,
    '',
    summary,
    '',
    ...(rows.length === 0
      ? ['It has no options.']
      : ['| option | value | default | meaning |', '| --- | --- | --- | --- |', ...rows]),
    '',
    'An example:',
    '',
    '```yaml',
    stringify({ type, options: example }, { lineWidth: 110 }).trimEnd(),
    '```',
    '',
    `Its outputs: ${outputs(options.parse(example)).map(code).join(', ')}.`,
    '',
  ].join('\n')
}

/** As much of JSON Schema as the options use. */
interface Schema {
  $defs?: Record<string, Schema>
  $ref?: string
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  default?: unknown
  description?: string
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  additionalProperties?: Schema | boolean
  oneOf?: Schema[]
  anyOf?: Schema[]
}

/** A row an option: its path, the values it takes, its default, what it means. Nested ones follow their list or object. */
function optionRows(schema: Schema, path: string): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, option]) => {
    const here = path ? `${path}.${name}` : name
    const fallback = schema.required?.includes(name)
      ? 'required'
      : 'default' in option
        ? code(JSON.stringify(option.default))
        : ''
    return [
      [code(here), valuesOf(option), fallback, cell(option.description ?? '')],
      ...variantsOf(option).flatMap((variant) => optionRows(variant, here)),
      ...variantsOf(option.items ?? {}).flatMap((variant) => optionRows(variant, `${here}[]`)),
      ...variantsOf(option.items?.items ?? {}).flatMap((variant) => optionRows(variant, `${here}[][]`)),
    ]
  })
}

/** The name of the definition that a schema refers to; the nameless ones begin with `_`. */
function refName({ $ref = '' }: Schema): string {
  return $ref.slice($ref.lastIndexOf('/') + 1)
}

function variantsOf(schema: Schema): Schema[] {
  return schema.oneOf ?? schema.anyOf ?? [schema]
}

function valuesOf(schema: Schema): string {
  if (schema.const !== undefined) return code(String(schema.const))
  if (schema.enum) return schema.enum.map((value) => code(String(value))).join(', ')
  if (schema.oneOf ?? schema.anyOf) return [...new Set(variantsOf(schema).map(valuesOf))].join(' or ')
  if (schema.$ref !== undefined) return refName(schema).startsWith('_') ? 'any' : refName(schema)
  if (schema.type === 'array') return `list of ${schema.items ? valuesOf(schema.items) : 'any'}`
  if (schema.type === 'object' && typeof schema.additionalProperties === 'object') {
    return `names with ${valuesOf(schema.additionalProperties)}`
  }
  return [schema.type ?? 'any'].flat().join(' or ')
}

function code(text: string): string {
  return `\`${text}\``
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
