import { snakeKeys, writtenRows } from '../../platform/database/json-row.ts'
import { insertRows, type Statement } from '../../platform/database/statement.ts'
import type { DeliveryDraft } from '../../platform/deliveries/delivery.ts'
import type { Conversation, Message } from '../conversation.ts'
import { insertMessages } from '../messages.store.ts'
import type { QueuedEvent, ThreadQueue } from './thread-queue.ts'

/** What a batch has to change in a conversation; absent fields stay. */
export interface ConversationPatch {
  id: number
  mode?: Conversation['mode']
  managerWrote?: true
  dealId?: number
  /** An empty text: reachable again. */
  unreachable?: string
  title?: string
  unread: number
  lastInboundAt?: string
}

/** A fact for the log of changes. */
export interface ChangeDraft {
  projectId: number
  kind: string
  contactId?: number | null
  conversationId?: number | null
  dealId?: number | null
  data: Record<string, unknown>
  at: Date
}

/** What a contact is given by the message path; attributes are laid over those that are there. */
export interface ContactPatch {
  id: number
  fields: Record<string, unknown>
  attributes: Record<string, unknown>
  /** How many messages of the blocked contact were kept back. */
  hidden: number
}

/** Everything that a batch of the message path will write, gathered while its locks are held. */
export class BatchWrites {
  readonly now: Date
  readonly messages: Message[] = []
  readonly deliveries: DeliveryDraft[] = []
  readonly changes: ChangeDraft[] = []
  /** Channels of which something was ordered. */
  readonly ordered = new Set<number>()
  readonly #conversations = new Map<number, ConversationPatch>()
  readonly #contacts = new Map<number, ContactPatch>()
  readonly #events: Record<string, unknown>[] = []
  readonly #doneEvents: number[] = []
  readonly #members: Record<string, unknown>[] = []
  readonly #heard = new Set<number>()
  readonly #heardAt: Map<number, Date>

  /** `heardAt` outlives the batch: when the "last in" of each channel was written last. */
  constructor(now: Date, heardAt = new Map<number, Date>()) {
    this.now = now
    this.#heardAt = heardAt
  }

  /** The event has been worked on; a new one is stored as such. */
  finish(thread: ThreadQueue, queued: QueuedEvent): void {
    if (queued.id !== undefined) this.#doneEvents.push(queued.id)
    else this.#events.push(eventRow(thread, queued, 'done'))
    if (thread.channelId !== 0) this.#heard.add(thread.channelId)
  }

  /** The event has to wait; a new one is stored for later. */
  postpone(thread: ThreadQueue, queued: QueuedEvent): void {
    if (queued.id === undefined) this.#events.push(eventRow(thread, queued, 'pending'))
  }

  /** What was written is committed. */
  committed(): void {
    for (const id of this.#silent()) this.#heardAt.set(id, this.now)
  }

  /** The changes to a conversation in this batch. */
  conversation(id: number): ConversationPatch {
    let patch = this.#conversations.get(id)
    if (!patch) {
      patch = { id, unread: 0 }
      this.#conversations.set(id, patch)
    }
    return patch
  }

  /** Remembers what is to change in a conversation; the returned function brings that back. */
  rememberConversation(id: number): () => void {
    const known = this.#conversations.get(id)
    const patch = known && { ...known }
    return () => {
      if (patch) this.#conversations.set(id, patch)
      else this.#conversations.delete(id)
    }
  }

  /** The changes to a contact in this batch so far, to be written at once: something else changes the contact now. */
  takeContact(id: number): Statement | undefined {
    const patch = this.#contacts.get(id)
    this.#contacts.delete(id)
    return patch && patchContacts([patch], this.now)
  }

  /** The changes to a contact in this batch. */
  contact(id: number): ContactPatch {
    let patch = this.#contacts.get(id)
    if (!patch) {
      patch = { id, fields: {}, attributes: {}, hidden: 0 }
      this.#contacts.set(id, patch)
    }
    return patch
  }

  /** Somebody is in a group. */
  member(conversationId: number, contactId: number, role: string | undefined, left: boolean): void {
    this.#members.push({
      conversation_id: conversationId,
      contact_id: contactId,
      role: role ?? 'member',
      joined_at: left ? null : this.now,
      left_at: left ? this.now : null,
    })
  }

  #conversationPatches(): (ConversationPatch & { lastMessageId?: number; lastMessageAt?: string })[] {
    const shown = this.messages.filter((message) => !message.hidden)
    const lastMessages = new Map(shown.map((message) => [message.conversationId, message.id]))
    for (const id of lastMessages.keys()) this.conversation(id)
    return [...this.#conversations.values()].map((patch) => {
      const lastMessageId = lastMessages.get(patch.id)
      return lastMessageId === undefined ? patch : { ...patch, lastMessageId, lastMessageAt: this.now.toISOString() }
    })
  }

  /** The channels' "last in", to the minute, so that a busy channel's row is not written all the time. */
  #touchChannels(): Statement | undefined {
    const ids = this.#silent()
    if (ids.length === 0) return undefined
    return {
      text: `update channels set last_in_at = $2::timestamptz
        where id in (select n::bigint from json_array_elements_text($1::text::json) as n)`,
      params: [JSON.stringify(ids), this.now.toISOString()],
    }
  }

  /** Channels that were heard now, and not within the last minute before. */
  #silent(): number[] {
    const minuteAgo = this.now.getTime() - 60_000
    return [...this.#heard].filter((id) => (this.#heardAt.get(id)?.getTime() ?? 0) < minuteAgo)
  }

  statements(): (Statement | undefined)[] {
    return [
      insertRows(
        'events',
        [
          'project_id',
          'channel_id',
          'thread_id',
          'external_id',
          'kind',
          'payload',
          'status',
          'hold_until',
          'received_at',
        ],
        this.#events,
      ),
      this.#doneEvents.length === 0
        ? undefined
        : {
            text: `update events set status = 'done' where id in (select n::bigint from json_array_elements_text($1::text::json) as n)`,
            params: [JSON.stringify(this.#doneEvents)],
          },
      patchConversations(this.#conversationPatches()),
      patchContacts([...this.#contacts.values()], this.now),
      insertMessages(this.messages),
      insertRows(
        'changes',
        ['project_id', 'kind', 'contact_id', 'conversation_id', 'deal_id', 'data', 'at'],
        this.changes.map(changeRow),
      ),
      upsertMembers(this.#members),
      this.#touchChannels(),
    ]
  }
}

function eventRow(thread: ThreadQueue, queued: QueuedEvent, status: 'done' | 'pending'): Record<string, unknown> {
  return {
    project_id: thread.projectId,
    channel_id: thread.channelId,
    thread_id: thread.id,
    external_id: queued.externalId,
    kind: queued.event.kind,
    payload: queued.event,
    status,
    hold_until: queued.holdUntil ?? null,
    received_at: queued.receivedAt,
  }
}

function patchConversations(patches: object[]): Statement | undefined {
  if (patches.length === 0) return undefined
  return {
    text: `update conversations c set
        mode = coalesce(p.mode, c.mode),
        manager_wrote = coalesce(p.manager_wrote, c.manager_wrote),
        deal_id = coalesce(p.deal_id, c.deal_id),
        unreachable = case when p.unreachable is null then c.unreachable else nullif(p.unreachable, '') end,
        title = coalesce(p.title, c.title),
        unread = c.unread + p.unread,
        last_message_id = coalesce(p.last_message_id, c.last_message_id),
        last_message_at = coalesce(p.last_message_at, c.last_message_at),
        last_inbound_at = coalesce(p.last_inbound_at, c.last_inbound_at)
      from json_to_recordset($1::text::json) as p (id bigint, mode text, manager_wrote boolean, deal_id bigint, unreachable text,
        title text, unread int, last_message_id bigint, last_message_at timestamptz, last_inbound_at timestamptz)
      where c.id = p.id`,
    params: [JSON.stringify(patches.map(snakeKeys))],
    gives: { name: 'conversations', returning: writtenRows('c') },
  }
}

const contactFields = [
  'first_name',
  'last_name',
  'username',
  'phone',
  'email',
  'country',
  'language',
  'time_zone',
  'traffic_source',
  'picture',
] as const

function patchContacts(patches: ContactPatch[], now: Date): Statement | undefined {
  if (patches.length === 0) return undefined
  const sets = contactFields.map(
    (field) => `${field} = case when p.fields ? '${field}' then p.fields->>'${field}' else c.${field} end`,
  )
  return {
    text: `update contacts c set ${sets.join(', ')}, attributes = c.attributes || p.attributes,
        blocked_messages = c.blocked_messages + p.hidden,
        last_activity_at = coalesce((p.fields->>'last_activity_at')::timestamptz, c.last_activity_at), updated_at = $2::timestamptz
      from json_to_recordset($1::text::json) as p (id bigint, fields jsonb, attributes jsonb, hidden int) where c.id = p.id`,
    params: [
      JSON.stringify(patches.map((patch) => ({ ...patch, fields: snakeKeys(patch.fields) }))),
      now.toISOString(),
    ],
    gives: { name: 'contacts', returning: writtenRows('c') },
  }
}

function upsertMembers(members: Record<string, unknown>[]): Statement | undefined {
  if (members.length === 0) return undefined
  const last = new Map(members.map((member) => [`${member.conversation_id}/${member.contact_id}`, member]))
  return {
    text: `insert into members (conversation_id, contact_id, role, joined_at, left_at)
      select conversation_id, contact_id, role, joined_at, left_at
        from json_populate_recordset(null::members, $1::text::json) order by conversation_id, contact_id
      on conflict (conversation_id, contact_id) do update set role = excluded.role, left_at = excluded.left_at
        where members.role <> excluded.role or members.left_at is distinct from excluded.left_at`,
    params: [JSON.stringify([...last.values()])],
  }
}

function changeRow(change: ChangeDraft): Record<string, unknown> {
  return snakeKeys(change)
}
