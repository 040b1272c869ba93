import { findContact } from '../../contacts/contacts.store.ts'
import { lockConversation } from '../../conversations/conversations.store.ts'
import { sendMessage } from '../../conversations/send-message.ts'
import type { Database, Tx } from '../../platform/database/database.ts'
import { isPassing } from '../../platform/database/failures.ts'
import type { Log } from '../../platform/log.ts'
import type { WorkContext } from '../../team/context.ts'
import { readProject } from '../../team/read-project.ts'
import { recordWork } from '../../team/record-work.ts'
import { findDeal } from '../deals.store.ts'
import {
  type DueReminder,
  dueReminders,
  findOperatorsConversation,
  insertNotice,
  takeReminder,
  updateNoticeRow,
} from './notices.store.ts'
import { reminderText } from './reminder-text.ts'
import type { Task } from './task.ts'
import { lockTask } from './tasks.store.ts'

/** What a reminder led to, for those who are to be woken after the commit. */
export interface Reminded {
  /** The channel of the message, where one was sent. */
  channelId: number | undefined
}

/** So many are worked on in one round; the rest in the next. */
const roundLimit = 200

/**
 * Reminds operators of the tasks whose moment has come: each by a notice, and by a message where the operator is linked to a
 * contact that we can write to. A reminder goes in the transaction that makes both, so it comes once, whatever crashes and
 * however many processes look. `told` hears of each after its commit.
 */
export async function remindOperators(
  db: Database,
  now: Date,
  log: Log,
  told: (reminded: Reminded) => void,
): Promise<number> {
  const reminders = await dueReminders(db, now, roundLimit)
  for (const reminder of reminders) {
    const reminded = await remindSafely(db, now, log, reminder)
    if (reminded) told(reminded)
  }
  return reminders.length
}

/** What keeps one reminder from being given keeps no other from being so; it is tried again in the next round. */
async function remindSafely(db: Database, now: Date, log: Log, reminder: DueReminder): Promise<Reminded | undefined> {
  try {
    return await db.transaction((tx) => remind(tx, now, reminder))
  } catch (error) {
    if (isPassing(error)) throw error
    log.error({ error, task: reminder.taskId }, 'An operator could not be reminded of a task.')
    return undefined
  }
}

async function remind(tx: Tx, now: Date, reminder: DueReminder): Promise<Reminded | undefined> {
  const { projectId } = reminder
  const context: WorkContext = { projectId, now, by: { kind: 'system' } }
  // The thread comes first, as on the way of a message, whose flows write tasks under its lock.
  const conversationId = await findOperatorsConversation(tx, reminder.taskId)
  const dialogue = conversationId === undefined ? undefined : await lockConversation(tx, projectId, conversationId)
  const task = await lockTask(tx, projectId, reminder.taskId)
  if (!task || !(await takeReminder(tx, reminder.id))) return undefined
  if (task.status !== 'open' || task.responsibleId === null) return undefined

  const text = await textOf(tx, task)
  const notice = await insertNotice(tx, {
    projectId,
    operatorId: task.responsibleId,
    kind: 'task.reminder',
    text,
    taskId: task.id,
    contactId: task.contactId,
    dealId: task.dealId,
    createdAt: now,
  })
  const data = { noticeId: notice.id, operatorId: notice.operatorId, kind: notice.kind, taskId: task.id, text }
  await recordWork(tx, context, 'operator.notified', { contactId: task.contactId, dealId: task.dealId }, data)
  if (!dialogue) return { channelId: undefined }
  const { id, channelId } = dialogue.conversation
  const message = await sendMessage(tx, context, { conversationId: id, content: { text } })
  await updateNoticeRow(tx, notice.id, { messageId: message.id })
  return { channelId }
}

async function textOf(tx: Tx, task: Task): Promise<string> {
  const { timeZone } = await readProject(tx, task.projectId)
  const contact = task.contactId === null ? undefined : await findContact(tx, task.projectId, task.contactId)
  const deal = task.dealId === null ? undefined : (await findDeal(tx, task.projectId, task.dealId))?.deal
  return reminderText(task, { contact, deal, timeZone })
}
