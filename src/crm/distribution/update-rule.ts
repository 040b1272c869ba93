import type { z } from 'zod'
import type { Tx } from '../../platform/database/database.ts'
import { parseInput } from '../../platform/faults.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { claimRule } from './create-rule.ts'
import { updateRuleRow } from './distribution.store.ts'
import { getRule } from './get-rule.ts'
import { type Rule, ruleUpdateSchema } from './rule.ts'

/**
 * Changes what is given of a rule; its turns go on from where they are. Throws `invalid`, `not_found`, and `conflict` when
 * name, pipeline or channel have another rule.
 */
export async function updateRule(
  tx: Tx,
  context: WorkContext,
  { ruleId, ...input }: z.input<typeof ruleUpdateSchema> & { ruleId: number },
): Promise<Rule> {
  const wanted = parseInput(ruleUpdateSchema, input, 'distribution rule')
  const before = await getRule(tx, context.projectId, ruleId)
  await claimRule(tx, context.projectId, wanted, before.id)
  const rule = await updateRuleRow(tx, before.id, { ...wanted, updatedAt: context.now })
  const data = { ruleId: rule.id, name: rule.name, fields: Object.keys(wanted) }
  await recordWork(tx, context, 'distribution_rule.updated', {}, data)
  return rule
}
