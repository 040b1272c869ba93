import { getContact } from '../contacts/get-contact.ts'
import { findChannelByName } from '../conversations/channels/channels.store.ts'
import { latestConversation, readConversation } from '../conversations/conversations.store.ts'
import { raiseSignal } from '../conversations/receive/raise-signal.ts'
import type { Queryable, Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import { invalidInput } from '../platform/faults.ts'
import { uuid } from '../platform/ids.ts'
import type { WorkContext } from '../team/context.ts'
import type { TriggerType } from './flow.ts'
import { type Flow, findVersionById } from './flows.store.ts'
import { getFlow } from './get-flow.ts'

export interface RunStart {
  flowId: number
  /** Of a contact, or of a group conversation. */
  subject: { contactId: number } | { conversationId: number }
  /** What starts it: the flow's trigger of that type leads on, else its first one. */
  trigger: TriggerType
  /** The block to begin with instead. */
  block?: string
  variables?: Record<string, unknown>
  /** The name of the channel through which a run without a conversation writes first. */
  sendingChannel?: string
  /** A second start with the same key changes nothing; made up when absent. */
  key?: string
}

/**
 * Lets a run of a published flow begin as soon as the subject's thread comes to it. Gives the number of the thread, to be woken
 * after the commit. Throws `not_found`, `conflict` when the flow is not published, and `invalid`.
 */
export async function startRun(tx: Tx, context: WorkContext, input: RunStart): Promise<number> {
  const { projectId, now } = context
  const flow = await getFlow(tx, projectId, input.flowId)
  await checkBlock(tx, flow, input.block)
  const channel = await findSendingChannel(tx, projectId, input.sendingChannel)
  return raiseSignal(tx, now, {
    projectId,
    thread: await threadOf(tx, projectId, input.subject, channel ?? null),
    key: `start:${input.key ?? uuid()}`,
    signal: 'start',
    data: {
      flow: flow.id,
      block: input.block ?? null,
      trigger: input.trigger,
      variables: input.variables ?? {},
      sendingChannelId: channel ?? null,
    },
  })
}

async function checkBlock(tx: Tx, flow: Flow, block: string | undefined): Promise<void> {
  const live = flow.liveVersionId === null ? undefined : await findVersionById(tx, flow.liveVersionId)
  if (!live) throw new AppError('conflict', `The flow "${flow.name}" is not published; publish it first.`)
  if (block === undefined || live.graph.blocks.some((node) => node.id === block)) return
  throw invalidInput('start', [
    { path: 'block', message: `the live version of "${flow.name}" has no block "${block}"` },
  ])
}

async function findSendingChannel(
  db: Queryable,
  projectId: number,
  name: string | undefined,
): Promise<number | undefined> {
  if (name === undefined) return undefined
  const channel = await findChannelByName(db, projectId, name)
  if (channel) return channel.id
  throw invalidInput('start', [{ path: 'sendingChannel', message: `there is no channel "${name}" in this project` }])
}

/** The thread of the subject's latest conversation, so that what the run says needs no new one. */
async function threadOf(
  tx: Tx,
  projectId: number,
  subject: RunStart['subject'],
  channelId: number | null,
): Promise<{ conversationId: number } | { contactId: number }> {
  if ('conversationId' in subject) {
    const found = await readConversation(tx, subject.conversationId)
    if (found?.conversation.projectId === projectId) return subject
    throw new AppError('not_found', `There is no conversation ${subject.conversationId} in this project.`)
  }
  const contact = await getContact(tx, projectId, subject.contactId)
  const latest = await latestConversation(tx, contact.id, channelId)
  return latest ? { conversationId: latest.conversation.id } : { contactId: contact.id }
}
