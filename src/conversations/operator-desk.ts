import type { Content, ConversationKind, ConversationMode, Identity } from './message.ts'

/** An operator as a channel's adapter knows them. */
export interface DeskOperator {
  id: number
  name: string
}

/** Who does something, and what makes a repeated call the same: one with a key that was there already does nothing and gives the first answer. */
export interface DeskAct {
  operatorId: number
  /** Unique in the channel: the external id of the event that asked for it, and which of its acts it is. */
  key: string
}

/** A conversation as managers see it in a list. */
export interface DeskConversation {
  id: number
  /** The contact's name, or the group's title. */
  title: string
  contactId: number | null
  /** The channel's name. */
  channel: string
  kind: ConversationKind
  mode: ConversationMode
  assignee: DeskOperator | null
  unread: number
  /** What was said last, shortened. */
  lastText: string | null
}

/** What managers see of a contact. */
export interface DeskCard {
  name: string
  /** Phones, e-mails and accounts, `phone +7916…`. */
  identities: string[]
  /** Custom fields that have a value. */
  attributes: { title: string; value: string }[]
  labels: string[]
  responsible: string | null
  /** The newest first, a few of each. */
  deals: { number: number; name: string; place: string; budget: string | null }[]
  tasks: { name: string; dueAt: string | null }[]
  notes: string[]
}

/** Where deals can stand: the names of spots, their pipelines and stages. */
export type DeskPlaces = { name: string; pipelines: { name: string; stages: string[] }[] }[]

/** A message of a room: its own id there, and that of the message to which it replies. */
export interface RoomMessage {
  externalId: string
  replyToExternalId?: string
}

/**
 * What managers may do from a messenger. Each act is done as its operator, at once and for good when it resolves; it throws
 * what the use cases throw: `invalid`, `not_found`, `conflict`, `unsupported`.
 */
export interface OperatorDesk {
  /** Whether an account is an operator's. Cheap enough to be asked for every message. */
  knows(account: Identity): Promise<boolean>
  /** The operator whose account it is. */
  operatorOf(account: Identity): Promise<DeskOperator | undefined>
  /** Links an account by a code that was made for its operator. Throws `not_found` for a wrong code, and `conflict`. */
  link(input: { account: Identity; code: string; key: string }): Promise<DeskOperator>
  /** The people of the team. */
  operators(): Promise<DeskOperator[]>
  /** Conversations that the operator has, or that wait for somebody; those with the latest messages first. */
  conversations(which: { of: number } | 'waiting', limit: number): Promise<DeskConversation[]>
  conversation(id: number): Promise<DeskConversation>
  card(conversationId: number): Promise<DeskCard>
  places(): Promise<DeskPlaces>

  /** People have the conversation from now on, and the operator is its assignee. */
  takeOver(act: DeskAct, conversationId: number): Promise<DeskConversation>
  /** The flow goes on, with what was due meanwhile. */
  giveBack(act: DeskAct, conversationId: number): Promise<DeskConversation>
  /** Null: nobody has it any more. */
  assign(act: DeskAct, conversationId: number, operatorId: number | null): Promise<DeskConversation>
  addNote(act: DeskAct, conversationId: number, text: string): Promise<void>
  addLabels(act: DeskAct, conversationId: number, labels: string[]): Promise<void>
  /** Gives the number and the place of the deal. What is left out of the place is chosen as everywhere. */
  createDeal(
    act: DeskAct,
    deal: { conversationId: number; name: string; budget?: number; spot?: string; pipeline?: string; stage?: string },
  ): Promise<{ number: number; place: string }>
  /** `dueAt` as people write it: `30.11.2026 18:00`; without an offset in the project's time zone. */
  createTask(
    act: DeskAct,
    task: { conversationId: number; name: string; dueAt?: string },
  ): Promise<{ dueAt: string | null }>
  /**
   * Answers the customer. People have the conversation from then on (a group goes on as it was), and when nobody had it, the
   * operator has. What was said in the room is remembered with its id.
   */
  reply(act: DeskAct, conversationId: number, content: Content, said?: RoomMessage): Promise<void>
  /** Changes what the operator's message in the room said. Throws `not_found`, and `unsupported` where the channel cannot change messages. */
  editReply(act: DeskAct, said: RoomMessage, content: Content): Promise<void>

  /** The conversation that a thread of the team's room stands for. */
  conversationIn(thread: string): Promise<number | undefined>
  /** Whether a message of the room stands for one of a conversation. */
  isMirrored(externalId: string): Promise<boolean>
}
