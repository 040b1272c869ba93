import { addLabels } from '../../contacts/add-labels.ts'
import { addNote } from '../../contacts/add-note.ts'
import { assignConversation } from '../../conversations/assign-conversation.ts'
import { changeMessage } from '../../conversations/change-message.ts'
import { getConversation } from '../../conversations/get-conversation.ts'
import { markRead } from '../../conversations/mark-read.ts'
import type { Content } from '../../conversations/message.ts'
import { findMirrored, noteSaidInRoom } from '../../conversations/mirrors/mirrors.store.ts'
import type { DeskAct, OperatorDesk, RoomMessage } from '../../conversations/operator-desk.ts'
import { releaseConversation } from '../../conversations/release-conversation.ts'
import { sendMessage } from '../../conversations/send-message.ts'
import { setMode } from '../../conversations/set-mode.ts'
import type { Queryable, Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { WorkContext } from '../../team/context.ts'
import { readOperator } from '../../team/read-operator.ts'
import { createDeal } from '../create-deal.ts'
import { getDeal } from '../get-deal.ts'
import { createTask } from '../tasks/create-task.ts'
import type { DeskTools } from './desk-tools.ts'

type Acts = Pick<
  OperatorDesk,
  'takeOver' | 'giveBack' | 'assign' | 'addNote' | 'addLabels' | 'createDeal' | 'createTask' | 'reply' | 'editReply'
>

/** What operators do, each by its use case and in their name. */
export function deskActs(tools: DeskTools): Acts {
  const { channel, capabilities, conversation, done } = tools
  const { projectId } = channel

  /** Does it in the operator's name; then what waits for it is woken. */
  async function act<Answer>(
    { operatorId, key }: DeskAct,
    work: (tx: Tx, context: WorkContext, woken: { threadIds: number[]; sends: boolean }) => Promise<Answer>,
  ): Promise<Answer> {
    const woken = { threadIds: [] as number[], sends: false }
    const answer = await tools.once(key, async (tx, now) => {
      await readOperator(tx, projectId, operatorId)
      return work(tx, { projectId, now, by: { kind: 'operator', id: operatorId } }, woken)
    })
    done(woken)
    return answer
  }

  return {
    async takeOver(by, conversationId) {
      await act(by, async (tx, context) => {
        await setMode(tx, context, { conversationId, mode: 'manual' })
        await assignConversation(tx, context, { conversationId, operatorId: by.operatorId })
        await markRead(tx, context, { conversationId })
      })
      return conversation(conversationId)
    },
    async giveBack(by, conversationId) {
      await act(by, async (tx, context, woken) => {
        const { conversation: before, threadIds } = await setMode(tx, context, { conversationId, mode: 'bot' })
        if (before.assigneeId === by.operatorId) await releaseConversation(tx, context, { conversationId })
        woken.threadIds.push(...threadIds)
      })
      return conversation(conversationId)
    },
    async assign(by, conversationId, operatorId) {
      await act(by, async (tx, context) => void (await assignConversation(tx, context, { conversationId, operatorId })))
      return conversation(conversationId)
    },
    addNote: (by, conversationId, text) =>
      act(by, async (tx, context) => {
        const contactId = await clientOf(tx, projectId, conversationId)
        await addNote(tx, context, { contactId, conversationId, text })
      }),
    addLabels: (by, conversationId, labels) =>
      act(by, async (tx, context) => {
        await addLabels(tx, context, { contactId: await clientOf(tx, projectId, conversationId), labels })
      }),
    createDeal: (by, { conversationId, ...deal }) =>
      act(by, async (tx, context) => {
        const contactId = await clientOf(tx, projectId, conversationId)
        const made = await createDeal(tx, context, {
          ...deal,
          contactId,
          conversationId,
          responsibleId: by.operatorId,
        })
        const { place } = await getDeal(tx, projectId, made.id)
        return {
          number: made.number,
          place: [place.spot, place.pipeline, place.stage].map(({ name }) => name).join(' / '),
        }
      }),
    createTask: (by, { conversationId, ...task }) =>
      act(by, async (tx, context) => {
        const { contactId } = await getConversation(tx, projectId, conversationId)
        const made = await createTask(tx, context, { ...task, contactId, responsibleId: by.operatorId })
        return { dueAt: made.dueAt?.toISOString() ?? null }
      }),
    reply: (by, conversationId, content, said) =>
      act(by, async (tx, context, woken) => {
        await answerFor(tx, context, by.operatorId, conversationId)
        const full = { ...content, ...(await repliedIn(tx, channel.id, conversationId, said)) }
        const message = await sendMessage(tx, context, { conversationId, content: full }, capabilities)
        if (said) {
          const { externalId } = said
          await noteSaidInRoom(tx, { channelId: channel.id, externalId, messageId: message.id, now: context.now })
        }
        await markRead(tx, context, { conversationId })
        woken.sends = true
      }),
    editReply: (by, said, content) =>
      act(by, async (tx, context, woken) => {
        const known = await findMirrored(tx, channel.id, said.externalId)
        if (known?.operatorId !== by.operatorId)
          throw new AppError('not_found', 'This message did not go to a customer as yours.')
        await changeMessage(tx, context, { messageId: known.id, content }, capabilities)
        woken.sends = true
      }),
  }
}

/** Who answers has the conversation: flows keep silent in it, and whoever asks next is told. A group goes on as it was. */
async function answerFor(tx: Tx, context: WorkContext, operatorId: number, conversationId: number): Promise<void> {
  const before = await getConversation(tx, context.projectId, conversationId)
  if (before.kind === 'group') return
  await setMode(tx, context, { conversationId, mode: 'manual' })
  if (before.assigneeId === null) await assignConversation(tx, context, { conversationId, operatorId })
}

/** The message of the conversation for which the one stands that was replied to in the room. */
async function repliedIn(
  db: Queryable,
  channelId: number,
  conversationId: number,
  said: RoomMessage | undefined,
): Promise<Pick<Content, 'replyToExternalId'>> {
  if (said?.replyToExternalId === undefined) return {}
  const replied = await findMirrored(db, channelId, said.replyToExternalId)
  if (replied?.conversationId !== conversationId || replied.externalId === null) return {}
  return { replyToExternalId: replied.externalId }
}

/** The contact that the conversation is with. Throws `unsupported` for a group that was made for nobody. */
async function clientOf(db: Queryable, projectId: number, conversationId: number): Promise<number> {
  const { contactId } = await getConversation(db, projectId, conversationId)
  if (contactId !== null) return contactId
  throw new AppError('unsupported', 'This group was made for no client; expected a conversation with a contact.')
}
