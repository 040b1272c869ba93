import { contactName } from '../../contacts/contact.ts'
import type { Conversation, Message } from '../conversation.ts'
import type { Person } from '../event.ts'
import { personIn } from './admit-threads.ts'
import type { ApplyTools } from './apply-tools.ts'
import { operatorIn } from './speaking-operators.store.ts'
import type { ThreadQueue } from './thread-queue.ts'

/** Who of the team speaks in a group. */
export interface Manager {
  /** The operator; null when the account does not tell which one it is. */
  id: number | null
  name: string
}

/** The manager that a person is: an operator by the account, or an administrator who stays unnamed. In groups only. */
export function managerOf(
  { people, operators }: ApplyTools,
  { projectId }: ThreadQueue,
  conversation: Conversation,
  person: Person,
): Manager | undefined {
  if (conversation.kind !== 'group') return undefined
  const operator = operatorIn(operators, projectId, person)
  if (operator || !person.manager) return operator
  const contact = personIn(people, projectId, person)
  return contact && { id: null, name: contactName(contact) }
}

/** What a manager says in a group is the team's word: nobody has to read it, and from then on the bot may answer there. */
export function noteManagersWord(
  { writes }: ApplyTools,
  { channelId }: ThreadQueue,
  conversation: Conversation,
  message: Message,
): void {
  if (isSaid(message)) {
    writes.conversation(conversation.id).managerWrote = true
    conversation.managerWrote = true
  }
  const { id, projectId, operatorId } = message
  const by = operatorId === null ? { kind: 'channel', id: channelId } : { kind: 'operator', id: operatorId }
  writes.changes.push({
    projectId,
    kind: 'message.created',
    contactId: conversation.contactId,
    conversationId: conversation.id,
    data: { message: id, channel: channelId, by },
    at: writes.now,
  })
}

/** That somebody joined, or pinned something, is shown as a message too. */
function isSaid({ text, parts }: Message): boolean {
  return text !== '' || (parts ?? []).some(({ type }) => type !== 'notice')
}
