import { type Contact, contactName, contactScope } from '../../contacts/contact.ts'
import { readContact } from '../../contacts/people.store.ts'
import type { Message } from '../../conversations/conversation.ts'
import type { Manager } from '../../conversations/receive/managers-word.ts'
import { readOperator } from '../../team/read-operator.ts'
import type { Branch } from '../run.ts'
import type { RunState, ThreadContext } from './thread-context.ts'

/** Who wrote the message that is worked on: a contact, or in a group a manager. */
export interface Speaker {
  sender: Contact | undefined
  manager: Manager | undefined
}

/** From now on the steps see who speaks. What a manager says in a group that was made for a client is about that client. */
export async function hear(context: ThreadContext, { sender, manager }: Speaker): Promise<void> {
  const clientId = manager && context.thread.conversation?.contactId
  context.sender = manager ? undefined : sender
  context.manager = manager
  context.client = clientId ? await readContact(context.tx, clientId) : undefined
}

/** The contact that a step works on: of a direct conversation the one there is, of a group whoever speaks, or its client. */
export function contactOf(context: ThreadContext, state: RunState): Contact | undefined {
  if (state.run.contactId !== null) return context.thread.contact ?? context.sender
  return context.sender ?? context.client
}

/** What placeholders see as `sender`. */
export function speakerScope({ sender, manager }: ThreadContext): Record<string, unknown> {
  if (manager) return { kind: 'operator', operator: manager.id, name: manager.name }
  return sender ? { ...contactScope(sender), kind: 'contact' } : {}
}

/** Who wrote a stored message. */
export async function speakerOf(context: ThreadContext, message: Message): Promise<Speaker> {
  const { tx, thread } = context
  const { contactId, operatorId, projectId, direction } = message
  if (operatorId !== null) {
    const { id, name } = await readOperator(tx, projectId, operatorId)
    return { sender: undefined, manager: { id, name } }
  }
  const sender = thread.contact ?? (contactId === null ? undefined : await readContact(tx, contactId))
  const manager = sender && direction === 'outbound' ? { id: null, name: contactName(sender) } : undefined
  return { sender, manager }
}

/** Who wrote the message that moved the run to where a branch waits. */
export async function speakerBehind(context: ThreadContext, branch: Branch): Promise<Speaker> {
  if (branch.manager) return { sender: undefined, manager: branch.manager }
  const sender = branch.senderId ? await readContact(context.tx, branch.senderId) : context.thread.contact
  return { sender, manager: undefined }
}
