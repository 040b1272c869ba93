import { addIdentity } from '../contacts/add-identity.ts'
import type { Contact } from '../contacts/contact.ts'
import { findByIdentities, lockIdentities } from '../contacts/contacts.store.ts'
import { getContact } from '../contacts/get-contact.ts'
import { linkContacts } from '../contacts/links/link-contacts.ts'
import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { WorkContext } from '../team/context.ts'
import { readProject } from '../team/read-project.ts'
import { recordWork } from '../team/record-work.ts'
import { type Flow, findFlowByName } from './flows.store.ts'
import { addSubscriber } from './subscribers.store.ts'

export interface EmailSubscription {
  contactId: number
  /** In the spelling that identities are kept in. */
  email: string
  /** The name of the mailbox. */
  channel: string
  /** The name of the flow; the project's default flow when absent. */
  flow?: string
}

export interface EmailSubscriber {
  /** Who has the address: the contact, or another card that is linked with it now. */
  subscriber: Contact
  flow: Flow
  /** False when that person belonged to the flow already, or is kept out of it. */
  isNew: boolean
}

/**
 * Makes the person with an e-mail address a subscriber of a flow, of which nothing is sent. An address that nobody has becomes
 * an identity of the contact; where another contact has it, the two cards are linked. Done again it changes nothing. Throws
 * `not_found`, and `invalid` when no flow is named and the project has no default flow.
 */
export async function createEmailSubscriber(
  tx: Tx,
  context: WorkContext,
  { contactId, email, channel, flow: name }: EmailSubscription,
): Promise<EmailSubscriber> {
  const { projectId, now } = context
  const flow = await flowOf(tx, projectId, name)
  const identity = { kind: 'email', value: email }
  const contact = await getContact(tx, projectId, contactId)
  await lockIdentities(tx, projectId, [identity])
  const owner = (await findByIdentities(tx, projectId, [identity]))?.contact
  const isOthers = owner !== undefined && owner.id !== contact.id
  if (isOthers) await linkContacts(tx, context, { contactId: contact.id, otherId: owner.id })
  const subscriber = isOthers ? owner : await addIdentity(tx, context, { contactId: contact.id, ...identity })
  const isNew = await addSubscriber(tx, { projectId, flowId: flow.id, subjectId: subscriber.id, now })
  if (isNew) {
    const data = { flowId: flow.id, name: flow.name, email, channel }
    await recordWork(tx, context, 'flow.subscribed', { contactId: subscriber.id }, data)
  }
  return { subscriber, flow, isNew }
}

async function flowOf(tx: Tx, projectId: number, named: string | undefined): Promise<Flow> {
  const name = named ?? (await readProject(tx, projectId)).defaultFlow
  if (name === null) {
    throw new AppError(
      'invalid',
      'No flow is named that the subscriber is to belong to, and the project has no default flow.',
    )
  }
  const flow = await findFlowByName(tx, projectId, name)
  if (flow) return flow
  const which = named === undefined ? "The project's default flow" : 'The flow'
  throw new AppError('not_found', `${which} "${name}" does not exist.`)
}
