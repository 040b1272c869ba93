import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { LockedClient } from './client.ts'
import { insertRule, lockRule, lockRules, readRules } from './distribution.store.ts'
import { firstRule, type Rule } from './rule.ts'

/** Which rule is meant: by name or number; without them the one that counts for the client. */
export interface WantedRule {
  name?: string
  id?: number
}

/**
 * Finds the rule that a client is given out by, and locks its turns until the transaction ends: the named one; that of the
 * deal's pipeline; that of the conversation's channel; the project's default, which is made when it is needed first. A rule
 * wanted by number that is gone counts as not wanted. Throws `not_found` for an unknown name.
 */
export async function ruleForUpdate(
  tx: Tx,
  projectId: number,
  client: LockedClient,
  wanted: WantedRule,
  now: Date,
): Promise<Rule> {
  const rules = await readRules(tx, projectId)
  const { pipeline } = client.deal?.place ?? {}
  const channelId = client.conversation?.channelId
  const chosen =
    wanted.name === undefined
      ? (rules.find(({ id }) => id === wanted.id) ??
        (pipeline && rules.find(({ pipelineId }) => pipelineId === pipeline.id)) ??
        (channelId && rules.find((rule) => rule.channelId === channelId)) ??
        rules.find(({ isDefault }) => isDefault))
      : (rules.find(({ name }) => name === wanted.name) ?? refuse(wanted.name, rules))
  const id = chosen ? chosen.id : await makeFirstRule(tx, projectId, now)
  // The rule may have been deleted since it was read: then another one counts.
  return (await lockRule(tx, projectId, id)) ?? ruleForUpdate(tx, projectId, client, { name: wanted.name }, now)
}

/** Makes the default of a project that has none; another transaction may have done so a moment ago. */
async function makeFirstRule(tx: Tx, projectId: number, now: Date): Promise<number> {
  await lockRules(tx, projectId)
  const rules = await readRules(tx, projectId)
  const existing = rules.find(({ isDefault }) => isDefault)
  if (existing) return existing.id
  const isTaken = (name: string) => rules.some((rule) => rule.name === name)
  let { name } = firstRule
  for (let number = 2; isTaken(name); number++) name = `${firstRule.name} ${number}`
  return (await insertRule(tx, projectId, { ...firstRule, name }, now)).id
}

function refuse(name: string, rules: Rule[]): never {
  const known = rules.map((rule) => `"${rule.name}"`).join(', ')
  throw new AppError(
    'not_found',
    `There is no distribution rule "${name}"; ${known ? `expected one of ${known}` : 'the project has none yet'}.`,
  )
}
