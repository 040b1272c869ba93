import { z } from 'zod'
import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import { parseInput } from '../platform/faults.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import { type AttributeDefinition, attributeNameSchema, attributeTypes } from './attribute.ts'
import { insertAttribute } from './attributes.store.ts'

export const choicesSchema = z
  .array(z.string().trim().min(1).max(200))
  .min(1)
  .max(500)
  .refine((choices) => new Set(choices).size === choices.length, 'expected each choice once')

export const newAttributeSchema = z
  .strictObject({
    name: attributeNameSchema,
    /** What people call it; the name when absent. */
    title: z.string().trim().min(1).max(200).optional(),
    type: z.enum(attributeTypes),
    /** Only and always of the types choice and choices. */
    choices: choicesSchema.optional(),
  })
  .refine((input) => hasChoices(input.type) === (input.choices !== undefined), {
    path: ['choices'],
    message: 'expected a list of texts with the types choice and choices, and none with the others',
  })

/** Defines a custom field of the project's contacts. Throws `invalid`, and `conflict` when the name is taken. */
export async function createAttribute(
  tx: Tx,
  context: WorkContext,
  input: z.input<typeof newAttributeSchema>,
): Promise<AttributeDefinition> {
  const { name, title, type, choices } = parseInput(newAttributeSchema, input, 'attribute')
  const definition = await insertAttribute(tx, {
    projectId: context.projectId,
    name,
    title: title ?? name,
    type,
    choices: choices ?? null,
    createdAt: context.now,
  })
  if (definition) return recordNewAttribute(tx, context, definition)
  throw new AppError('conflict', `The project has an attribute "${name}" already; choose another name.`)
}

/** Records that a custom field was defined, by hand or by the first value for it. */
export async function recordNewAttribute(
  tx: Tx,
  context: WorkContext,
  definition: AttributeDefinition,
): Promise<AttributeDefinition> {
  const { id: attributeId, name, type } = definition
  await recordWork(tx, context, 'attribute.created', {}, { attributeId, name, type })
  return definition
}

export function hasChoices(type: string): boolean {
  return type === 'choice' || type === 'choices'
}
