import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import { invalidInput, parseInput } from '../platform/faults.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import { toldFields } from '../team/told-fields.ts'
import type { AttributeDefinition } from './attribute.ts'
import { findAttribute, updateAttributeRow } from './attributes.store.ts'
import { choicesSchema, hasChoices } from './create-attribute.ts'

export const attributeUpdateSchema = z.strictObject({
  title: z.string().trim().min(1).max(200).optional(),
  choices: choicesSchema.optional(),
})

/**
 * Changes how an attribute is called by people and what can be chosen; its name and type stay, since flows and values
 * rely on them. Values that can no longer be chosen stay with their contacts. Throws `invalid`, `not_found`.
 */
export async function updateAttribute(
  tx: Tx,
  context: WorkContext,
  input: z.input<typeof attributeUpdateSchema> & { attributeId: number },
): Promise<AttributeDefinition> {
  const { attributeId, ...rest } = input
  const update = parseInput(attributeUpdateSchema, rest, 'attribute')
  const definition = await findAttribute(tx, context.projectId, attributeId)
  if (!definition) throw new AppError('not_found', `There is no attribute ${attributeId} in this project.`)
  if (update.choices && !hasChoices(definition.type)) {
    const message = `belongs to the types choice and choices; "${definition.name}" is of type ${definition.type}`
    throw invalidInput('attribute', [{ path: 'choices', message }])
  }
  const changed = Object.entries(update).filter(
    ([name, value]) => !isDeepStrictEqual(value, definition[name as keyof typeof update]),
  )
  if (changed.length === 0) return definition
  const updated = await updateAttributeRow(tx, definition.id, update)
  const fields = toldFields(
    Object.fromEntries(changed.map(([name, value]) => [name, [definition[name as keyof typeof update], value]])),
  )
  await recordWork(tx, context, 'attribute.updated', {}, { attributeId, name: definition.name, fields })
  return updated
}
