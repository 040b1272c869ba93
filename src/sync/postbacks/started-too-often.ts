import { tellOperators } from '../../crm/notices/tell-operators.ts'
import { countStarts } from '../../flows/trace.store.ts'
import type { Tx } from '../../platform/database/database.ts'
import type { WorkContext } from '../../team/context.ts'
import { type NamedPostback, wasWarned } from './postbacks.store.ts'

const usualStartsPerHour = 60
const hourMs = 3_600_000

/**
 * Why a postback does not start its flow for a contact now, as a warning to the caller; undefined when it may. A flow that begins again and
 * again for the same contact is most likely fed by what it does itself, through a system that hears our webhooks and calls us; nothing
 * else would end that. Operators are told once an hour.
 */
export async function startedTooOften(
  tx: Tx,
  context: WorkContext,
  { id, name, flow, flowId, mapping }: NamedPostback & { flowId: number },
  contactId: number,
): Promise<string | undefined> {
  const most = mapping?.startsPerHour ?? usualStartsPerHour
  const since = new Date(context.now.getTime() - hourMs)
  if ((await countStarts(tx, { flowId, contactId, since })) < most) return undefined
  const why =
    `"${flow}" began ${most} times within an hour for this contact. Another system may hear of what the flow does and call the postback for it; ` +
    `if so many are meant, let "startsPerHour" of its mapping be higher.`
  const warning = `No flow was started: ${why}`
  if (!(await wasWarned(tx, id, warning, since)))
    await tellOperators(tx, context, {
      kind: 'postback',
      text: `The postback "${name}" started no flow: ${why.replace('this contact', `contact ${contactId}`)}`,
    })
  return warning
}
