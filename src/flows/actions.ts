import type { ContactFields } from '../contacts/contact.ts'
import type { AttributeValue } from '../contacts/contacts.table.ts'
import type { GroupRequest, MadeGroup } from '../conversations/abilities.ts'
import type { Conversation } from '../conversations/conversation.ts'
import type { Content, MediaPart } from '../conversations/message.ts'
import type { DealStatus } from '../crm/crm.table.ts'
import type { Deal } from '../crm/deal.ts'
import type { ClientAssignment } from '../crm/distribution/assign-client.ts'
import type { Task } from '../crm/tasks/task.ts'
import type { Operator } from '../team/operator.ts'
import type { Letter, LetterTexts } from './email-templates/email-template.ts'

/** Where a block begins in another flow. */
export interface FlowPoint {
  /** The flow's name in the project. */
  flow: string
  /** A block's id; the flow's first trigger leads on when absent. */
  block?: string
}

/**
 * What blocks may do to the world of our own data: use cases of the modules below, bound to the run's contact and to the
 * transaction of the step. A block asks for those it `needs` and gets no others.
 */
export interface Actions {
  /** Says something in the run's conversation; without one, through the sending channel, which opens the dialogue. */
  say(content: Content): Promise<void>
  /** Shows that we are writing, where the channel can. */
  showTyping(): Promise<void>
  setContact(fields: ContactFields, attributes: Record<string, AttributeValue>): Promise<void>
  addLabels(labels: string[]): Promise<void>
  removeLabels(labels: string[]): Promise<void>
  addNote(text: string): Promise<void>
  setVariables(variables: Record<string, unknown>): Promise<void>
  setDealVariables(variables: Record<string, unknown>): Promise<void>
  /** Makes a deal for the contact; it becomes the run's current deal. */
  createDeal(input: {
    spot: string
    pipeline?: string
    stage?: string
    name: string
    budget?: number
    currency?: string
    description?: string
    variables: Record<string, unknown>
    /** The name of the channel that opens the dialogue when the run has no conversation yet. */
    sendingChannel?: string
  }): Promise<Deal>
  /** Moves the run's current deal; throws when there is none. */
  moveDeal(input: { pipeline?: string; stage: string }): Promise<Deal>
  /** Moves the run's current deal to the first stage of its pipeline that means a status; throws when there is none. */
  setDealStatus(status: DealStatus): Promise<Deal>
  /** Makes a task about the contact and the current deal; whoever is responsible for these is to do it unless told otherwise. */
  createTask(input: {
    name: string
    description?: string
    responsibleEmail?: string
    /** ISO 8601; a day alone means its end, in the time zone of the project. */
    dueAt?: string
    /** Minutes before. */
    reminders?: number[]
  }): Promise<Task>
  /** Notes that a task of the project was done. */
  doneTask(taskId: number): Promise<void>
  /** Puts together what a channel needs to make a group. Throws `not_found` when somebody who is named does not exist. */
  planGroup(input: {
    /** Names of channels: whose account makes it, whose bots are brought in. */
    creator: string
    bots: string[]
    /** E-mails of operators, or `responsible`. */
    managers: string[]
    withClient: boolean
    title: string
    description?: string
    picture?: string
  }): Promise<{ channelId: number; request: GroupRequest }>
  /** The group that was made becomes a conversation of the contact and the current deal. */
  openGroup(input: { creator: string; bots: string[]; made: MadeGroup }): Promise<Conversation>
  /** Tells the contact something in the channel in which they are reached best, but not in the one of the name `except`; false when there is no way. */
  invite(content: Content, except?: string): Promise<boolean>
  /** Calls somebody in the group by name: `client`, `responsible`, or the e-mail of an operator. */
  mention(input: { who: string; comment: string }): Promise<void>
  /** The name of the operator who is responsible for the current deal or the contact. */
  responsibleName(): Promise<string | undefined>
  /** Adds the contact, with the current deal, to the plan of that name. */
  addToSalesPlan(plan: string): Promise<void>
  /**
   * Makes the person with an e-mail address a subscriber of a flow (the project's default flow unless named) without a run of
   * it. The address becomes the contact's, or whoever has it is linked with the contact. False when it is no address.
   */
  createEmailSubscriber(input: { channel: string; email: string; flow?: string }): Promise<boolean>
  /** The e-mail template of that name, its placeholders not filled in; throws when there is none. */
  readEmailTemplate(name: string): Promise<LetterTexts>
  /**
   * Writes in the conversation that whoever has an address, else the contact, has in a mailbox, or opens one. False when `to`
   * is no address.
   */
  sendEmail(input: { channel: string; to: string; letter: Letter; attachments: MediaPart[] }): Promise<boolean>
  /** Begins another flow for the run's subject; the contact does not become that flow's subscriber. */
  startFlow(point: FlowPoint): Promise<void>
  /** Ends what waits or is pended at, or after, a block of a flow, once. Answers how many branches ended. */
  stopFlow(point: FlowPoint): Promise<number>
  /** Switches the conversation and the current deal to manual. */
  handOver(): Promise<void>
  /** Gives the run's client to an operator by a rule, the one that counts for it unless named. Undefined when nobody is available. */
  distribute(rule?: string): Promise<Operator | undefined>
  /** Gives the run's client to a chosen operator, or to a random one. Undefined when there is none, and nothing is changed then. */
  assignOperator(input: ClientAssignment): Promise<Operator | undefined>
  /** Takes the run's client from the operator who has it. */
  releaseClient(): Promise<void>
  /** Lets the run's conversation count as unread, if the contact has ever written there; tells whether they have. */
  markUnread(): Promise<boolean>
  /** Counts one more message of the run's conversation as unread, or with another number than 1 exactly so many. */
  addUnread(count?: number): Promise<void>
  /** Nothing in the run's conversation is unread any more. */
  clearUnread(): Promise<void>
}

export type ActionName = keyof Actions
