import { UpdateQueue } from './updates.ts'

export interface DoubleChat {
  id: number
  type: 'private' | 'group' | 'supergroup' | 'channel'
  [field: string]: unknown
}

/** A message as the vendor shows it. */
export interface DoubleMessage {
  message_id: number
  date: number
  chat: DoubleChat
  [field: string]: unknown
}

/** One bot as the vendor's server knows it. */
export class Account {
  readonly token: string
  readonly me: { id: number; is_bot: true; first_name: string; username: string; [field: string]: unknown }
  readonly updates: UpdateQueue
  /** Topics of forums, `chat/topic`, that were deleted. */
  readonly lostTopics = new Set<string>()
  /** Files that users show as their picture, by the user's number. */
  readonly pictures = new Map<number, string>()
  readonly #chats = new Map<string, DoubleChat>()
  readonly #lastMessageIds = new Map<number, number>()
  readonly #messages = new Map<string, DoubleMessage>()
  readonly #keepMessages: boolean

  constructor(token: string, username: string, keepMessages: boolean, retryDelayMs: number) {
    this.token = token
    this.#keepMessages = keepMessages
    this.updates = new UpdateQueue(retryDelayMs)
    this.me = {
      id: Number(token.split(':')[0]),
      is_bot: true,
      first_name: 'Agent',
      username,
      can_join_groups: true,
      can_read_all_group_messages: false,
      supports_inline_queries: false,
      can_connect_to_business: false,
      has_main_web_app: false,
    }
  }

  /** The chat as it was last seen in an update, or one made up from its number. */
  chat(id: unknown): DoubleChat {
    const key = String(id)
    const known = this.#chats.get(key)
    if (known !== undefined) return known
    const chat = inventChat(key)
    if (this.#keepMessages) this.#chats.set(key, chat)
    return chat
  }

  nextMessageId(chatId: number): number {
    const id = (this.#lastMessageIds.get(chatId) ?? 0) + 1
    this.#lastMessageIds.set(chatId, id)
    return id
  }

  message(chatId: unknown, messageId: unknown): DoubleMessage | undefined {
    return this.#messages.get(`${chatId}/${messageId}`)
  }

  keep(message: DoubleMessage): void {
    if (this.#keepMessages) this.#messages.set(`${message.chat.id}/${message.message_id}`, message)
  }

  forget(chatId: unknown, messageId: unknown): boolean {
    return this.#messages.delete(`${chatId}/${messageId}`)
  }

  /** Learns chats and message numbers from an update that comes from the outside. */
  learn(update: Record<string, unknown>): void {
    const message = (update.message ?? update.edited_message ?? update.channel_post) as DoubleMessage | undefined
    if (message?.chat === undefined) return
    this.#chats.set(String(message.chat.id), message.chat)
    const last = this.#lastMessageIds.get(message.chat.id) ?? 0
    this.#lastMessageIds.set(message.chat.id, Math.max(last, message.message_id))
    this.keep(message)
  }
}

/** People have positive numbers, supergroups and channels start with -100, other groups are negative. */
function inventChat(key: string): DoubleChat {
  const id = Number(key)
  if (key.startsWith('@')) return { id: -1001000000000, type: 'supergroup', title: key, username: key.slice(1) }
  if (id > 0) return { id, type: 'private', first_name: 'Someone' }
  return { id, type: key.startsWith('-100') ? 'supergroup' : 'group', title: 'A group' }
}
