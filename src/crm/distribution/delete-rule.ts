import type { Tx } from '../../platform/database/database.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { deleteRuleRow } from './distribution.store.ts'
import { getRule } from './get-rule.ts'

/** Takes a rule away; what waits for it is given out by the one that counts then. Throws `not_found`. */
export async function deleteRule(tx: Tx, context: WorkContext, { ruleId }: { ruleId: number }): Promise<void> {
  const rule = await getRule(tx, context.projectId, ruleId)
  await deleteRuleRow(tx, rule.id)
  await recordWork(tx, context, 'distribution_rule.deleted', {}, { ruleId: rule.id, name: rule.name })
}
