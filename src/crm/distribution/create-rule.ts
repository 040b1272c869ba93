import type { z } from 'zod'
import { findChannel } from '../../conversations/channels/channels.store.ts'
import type { Tx } from '../../platform/database/database.ts'
import { AppError, type Fault } from '../../platform/errors.ts'
import { invalidInput, parseInput } from '../../platform/faults.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { selectOperators } from '../../team/team.store.ts'
import { findPipeline } from '../pipelines.store.ts'
import { clearDefault, insertRule, lockRules, readRules } from './distribution.store.ts'
import { type Rule, type RuleUpdate, ruleInputSchema } from './rule.ts'

/** Makes a rule of distribution. Throws `invalid`, and `conflict` when name, pipeline or channel have a rule already. */
export async function createRule(tx: Tx, context: WorkContext, input: z.input<typeof ruleInputSchema>): Promise<Rule> {
  const wanted = parseInput(ruleInputSchema, input, 'distribution rule')
  const { projectId, now } = context
  await claimRule(tx, projectId, wanted, undefined)
  const rule = await insertRule(tx, projectId, wanted, now)
  await recordWork(tx, context, 'distribution_rule.created', {}, { ruleId: rule.id, name: rule.name })
  return rule
}

/**
 * Sees to it that a rule can be written: what it names exists, no other rule stands in its way, and the default before it is
 * none any more. Until the transaction ends nobody else changes rules of the project.
 */
export async function claimRule(tx: Tx, projectId: number, rule: RuleUpdate, ownId: number | undefined): Promise<void> {
  const faults = await faultsOfRule(tx, projectId, rule)
  if (faults.length > 0) throw invalidInput('distribution rule', faults)
  await lockRules(tx, projectId)
  const others = (await readRules(tx, projectId)).filter(({ id }) => id !== ownId)
  for (const field of ['name', 'pipelineId', 'channelId'] as const) {
    const value = rule[field] ?? undefined
    const holder = value !== undefined && others.find((other) => other[field] === value)
    if (!holder) continue
    const message = `${JSON.stringify(value)} has the rule "${holder.name}" already; expected another one`
    throw new AppError('conflict', `The distribution rule cannot be used: ${field}: ${message}.`, {
      faults: [{ path: field, message }],
    })
  }
  if (rule.isDefault) await clearDefault(tx, projectId)
}

async function faultsOfRule(tx: Tx, projectId: number, rule: RuleUpdate): Promise<Fault[]> {
  const faults: Fault[] = []
  const { pipelineId, channelId, operatorIds } = rule
  if (pipelineId && !(await findPipeline(tx, projectId, pipelineId)))
    faults.push({ path: 'pipelineId', message: `there is no pipeline ${pipelineId} in this project` })
  if (channelId && (await findChannel(tx, channelId))?.projectId !== projectId)
    faults.push({ path: 'channelId', message: `there is no channel ${channelId} in this project` })
  if (!operatorIds) return faults
  const team = new Map((await selectOperators(tx, projectId)).map((operator) => [operator.id, operator]))
  for (const [index, id] of operatorIds.entries()) {
    const operator = team.get(id)
    if (operator && operator.role !== 'service') continue
    const message = operator
      ? `the operator ${id} stands behind an API key; expected a person`
      : `there is no operator ${id} in this project`
    faults.push({ path: `operatorIds[${index}]`, message })
  }
  return faults
}
