import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Tx } from '../platform/database/database.ts'
import { parseInput } from '../platform/faults.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import { toldFields } from '../team/told-fields.ts'
import { assignDeal } from './assign-deal.ts'
import { checkConversation, checkResponsible, dealFieldsSchema } from './create-deal.ts'
import type { Deal } from './deal.ts'
import { updateDealRow } from './deals.store.ts'
import { dealForUpdate } from './get-deal.ts'

export const dealUpdateSchema = z.strictObject({
  ...dealFieldsSchema,
  name: dealFieldsSchema.name.optional(),
  conversationId: z.int().nullable().optional().describe('The conversation in which the deal is talked about.'),
  manual: z.boolean().optional().describe('The deal waits for a person.'),
})

/**
 * Changes what is present of a deal; variables are merged into those it has. What stays the same is not recorded; another
 * responsible operator is recorded as `deal.assigned`.
 * Throws `invalid`, `not_found`.
 */
export async function updateDeal(
  tx: Tx,
  context: WorkContext,
  input: z.input<typeof dealUpdateSchema> & { dealId: number },
): Promise<Deal> {
  const { dealId, ...rest } = input
  const { variables = {}, ...fields } = parseInput(dealUpdateSchema, rest, 'deal')
  const { deal: before } = await dealForUpdate(tx, context.projectId, dealId)
  await checkResponsible(tx, context.projectId, fields.responsibleId)
  const { conversationId } = fields
  if (conversationId !== before.conversationId) await checkConversation(tx, context.projectId, conversationId)
  const { responsibleId, ...others } = fields
  const changed = differences(before, others, variables)
  const deal =
    Object.keys(changed).length === 0 ? before : await change(tx, context, before, { ...others, variables }, changed)
  return responsibleId === undefined ? deal : assignDeal(tx, context, { dealId, operatorId: responsibleId })
}

async function change(
  tx: Tx,
  context: WorkContext,
  before: Deal,
  { variables, ...fields }: Partial<Deal>,
  changed: Record<string, [unknown, unknown]>,
): Promise<Deal> {
  const merged = Object.fromEntries(
    Object.entries({ ...before.variables, ...variables }).filter(([, value]) => value !== null),
  )
  const deal = await updateDealRow(tx, before.id, { ...fields, variables: merged, updatedAt: context.now })
  const subject = { dealId: deal.id, contactId: deal.contactId, conversationId: deal.conversationId }
  await recordWork(tx, context, 'deal.updated', subject, { fields: toldFields(changed) })
  return deal
}

/** Before and after of what really changes, by name. */
function differences(
  before: Deal,
  fields: Partial<Deal>,
  variables: Record<string, unknown>,
): Record<string, [unknown, unknown]> {
  const pairs: [string, unknown, unknown][] = [
    ...Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]): [string, unknown, unknown] => [name, before[name as keyof Deal], value]),
    ...Object.entries(variables).map(([name, value]): [string, unknown, unknown] => [
      `variables.${name}`,
      before.variables[name] ?? null,
      value,
    ]),
  ]
  return Object.fromEntries(
    pairs.filter(([, old, value]) => !isDeepStrictEqual(old, value)).map(([name, old, value]) => [name, [old, value]]),
  )
}
