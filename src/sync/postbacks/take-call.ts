import type { Deal } from '../../crm/deal.ts'
import { startRun } from '../../flows/start-run.ts'
import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { WorkContext } from '../../team/context.ts'
import { type KeptContact, keepContact, readMapped } from './keep-contact.ts'
import { keepDeal } from './keep-deal.ts'
import type { PostbackMapping } from './postback.ts'
import type { NamedPostback } from './postbacks.store.ts'
import { startedTooOften } from './started-too-often.ts'

/** A postback that does something. */
export type MappedCallPostback = NamedPostback & { mapping: PostbackMapping }

/** What came of a body: a contact and perhaps a deal, or nothing, because it told nothing to find a contact by. */
export type Taken =
  | { ignored: true }
  | (KeptContact & {
      ignored: false
      deal: Deal | undefined
      /** Of the run that is started. */
      variables: Record<string, unknown>
    })

/** Does what a body asks by the mapping of its postback, all but starting the flow. Throws `invalid`, `not_found`, `conflict`. */
export async function takeCall(
  tx: Tx,
  context: WorkContext,
  postback: MappedCallPostback,
  body: unknown,
): Promise<Taken> {
  if (body === null || typeof body !== 'object') {
    throw new AppError(
      'invalid',
      'The body is not an object; expected JSON such as {"phone": "+79161234567"}, or a form.',
    )
  }
  const mapped = await readMapped(tx, context, postback.mapping, body)
  if (mapped.findBy.length === 0) return { ignored: true }
  const kept = await keepContact(tx, context, postback.mapping, mapped)
  const deal = await keepDeal(tx, context, postback, mapped.deal, kept.contactId)
  return { ...kept, ignored: false, deal, variables: mapped.variables }
}

/**
 * Starts the postback's flow for the contact of a call; a second start with the same key changes nothing. The contact is worth
 * keeping also when no flow can start for it: that is told beside.
 */
export async function startFlowOf(
  tx: Tx,
  context: WorkContext,
  postback: NamedPostback,
  { contactId, variables, key }: { contactId: number; variables: Record<string, unknown>; key: string },
): Promise<{ threadId?: number; warning?: string }> {
  const { flowId, blockId, sendingChannel } = postback
  if (flowId === null) return {}
  const warning = await startedTooOften(tx, context, { ...postback, flowId }, contactId)
  if (warning !== undefined) return { warning }
  try {
    const threadId = await startRun(tx, context, {
      flowId,
      subject: { contactId },
      trigger: 'postback',
      block: blockId ?? undefined,
      variables,
      sendingChannel: sendingChannel ?? undefined,
      key,
    })
    return { threadId }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { warning: `No flow was started: ${error.message}` }
  }
}
