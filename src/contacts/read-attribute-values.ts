import type { Tx } from '../platform/database/database.ts'
import type { Fault } from '../platform/errors.ts'
import type { WorkContext } from '../team/context.ts'
import { type AttributeDefinition, attributeNameSchema, type Locale, readAttribute } from './attribute.ts'
import { insertAttribute, readAttributes } from './attributes.store.ts'
import type { AttributeValue } from './contacts.table.ts'
import { recordNewAttribute } from './create-attribute.ts'

/**
 * Reads values by the definitions of the project's attributes; null takes a value away. A name without a definition is a
 * fault, or (`defineMissing`) gets a definition of type text.
 */
export async function readAttributeValues(
  tx: Tx,
  context: WorkContext,
  input: Record<string, unknown>,
  locale: Locale,
  defineMissing: boolean,
): Promise<{ attributes: Record<string, AttributeValue>; faults: Fault[] }> {
  const names = Object.keys(input)
  const definitions = new Map((await readAttributes(tx, context.projectId, names)).map((found) => [found.name, found]))
  const attributes: Record<string, AttributeValue> = {}
  const faults: Fault[] = []
  for (const name of names) {
    const path = `attributes.${name}`
    const definition = definitions.get(name) ?? (defineMissing ? await defineText(tx, context, name) : undefined)
    if (!definition) {
      faults.push({ path, message: missing(name, defineMissing) })
      continue
    }
    const read = readAttribute(definition, input[name], locale)
    if ('expected' in read)
      faults.push({ path, message: `${shown(input[name])} cannot be kept here; expected ${read.expected}` })
    else attributes[name] = read.value
  }
  return { attributes, faults }
}

async function defineText(tx: Tx, context: WorkContext, name: string): Promise<AttributeDefinition | undefined> {
  if (!attributeNameSchema.safeParse(name).success) return undefined
  const row = { projectId: context.projectId, name, title: name, type: 'text' as const, createdAt: context.now }
  const made = await insertAttribute(tx, row)
  return made ? recordNewAttribute(tx, context, made) : (await readAttributes(tx, context.projectId, [name]))[0]
}

function missing(name: string, defineMissing: boolean): string {
  return defineMissing
    ? `"${name}" cannot be the name of an attribute; expected letters, digits and underscores, and no name of a contact's field`
    : `the project has no attribute "${name}"; define it first, or correct the name`
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
