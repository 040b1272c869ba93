import { vi } from 'vitest'
import { channelCatalogue } from '../../../../adapters/index.ts'
import type { Parley } from '../../../../src/compose.ts'
import type { ChannelDefinition } from '../../../../src/conversations/channel.ts'
import type { FlowInput } from '../../../../src/flows/flow.ts'
import { saveFlow } from '../../../../src/flows/save-flow.ts'
import { VirtualClock } from '../../../../src/platform/clock.ts'
import type { Database, Tx } from '../../../../src/platform/database/database.ts'
import { durationMs } from '../../../../src/platform/duration.ts'
import type { WorkContext } from '../../../../src/team/context.ts'
import { createApiKey } from '../../../../src/team/create-api-key.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { type BotApi, startBotApi } from '../../../doubles/bot-api/bot-api.ts'
import { type Seed, seed, startTestParley } from '../../../parley.ts'
import { textUpdate } from '../../../telegram-updates.ts'

export const botToken = '100200300:abcdefghijklmnopqrstuvwxyzABCDEFGHI'
const webhookSecret = 'hook-secret'

/** The whole program with a Telegram bot and flows, on a virtual clock: people say things and hear answers. */
export interface Stage {
  db: Database
  bot: BotApi
  clock: VirtualClock
  parley: Parley
  /** The server's address of the database, when there is a server. */
  url: string | undefined
  /** Posts an update to one of several processes; gives the status. */
  post(address: string, update: Record<string, unknown>): Promise<number>
  work: WorkContext
  channelId: number
  /** A person writes to the bot; resolves when the message is acknowledged. */
  say(person: number, text: string): Promise<void>
  /** Somebody writes in a group; `@agent_bot` in the text addresses the bot. */
  sayInGroup(group: number, person: number, text: string): Promise<void>
  /** Any update, its number made up. */
  update(content: Record<string, unknown>): Promise<number>
  /** What the bot has said in a chat, once everything that is under way has come to rest. */
  heard(chat: number): Promise<string[]>
  /** Lets time pass, and what has become due happen. */
  pass(duration: string): Promise<void>
  /** Resolves when nothing is under way: no event, delivery, moment or call. */
  rest(): Promise<void>
  /** The same once every change has been looked at for triggers, too. */
  settle(): Promise<void>
  /** Does a use case as the operator, in a transaction. */
  run<Input, Result>(
    verb: (tx: Tx, context: WorkContext, input: Input) => Promise<Result>,
    input: Input,
  ): Promise<Result>
  /** A call of the API as an administrator; gives its answer. */
  api(method: string, path: string, body?: unknown): Promise<unknown>
  /** Saves a flow anew and publishes it, as the console does. */
  publish(draft: FlowInput): Promise<void>
  contactId(person: number): Promise<number>
  conversationId(chat: number): Promise<number>
  close(): Promise<void>
}

export interface StageOptions {
  flows: FlowInput[]
  /** Channels besides the bot. */
  channels?: Seed['channels']
  /** Kinds of channels besides the program's own. */
  kinds?: ChannelDefinition[]
  /** Put into the database before the program starts. */
  prepare?(db: Database): Promise<void>
  /** Settings of the bot besides the usual ones. */
  bot?: Record<string, unknown>
  pacing?: { messagesPerSecond?: number; perChatPerSecond?: number; perGroupPerMinute?: number }
  env?: Record<string, string>
}

let fresh: FreshDatabase | undefined

/** Opens the stage on the file's database, emptied before. */
export async function openStage(options: StageOptions): Promise<Stage> {
  if (fresh) await fresh.clear()
  else fresh = await freshDatabase()
  const { db, url } = fresh
  const clock = new VirtualClock()
  const bot = await startBotApi()
  const catalogue = new Map([...channelCatalogue, ...(options.kinds ?? []).map((kind) => [kind.kind, kind] as const)])
  const { work, channels } = await seed(db, {
    catalogue,
    channels: [
      {
        kind: 'telegram',
        name: 'bot',
        settings: {
          token: botToken,
          apiRoot: bot.url,
          mode: 'webhook',
          webhookSecret,
          pacing: { messagesPerSecond: 10_000, perChatPerSecond: 1000, perGroupPerMinute: 10_000, ...options.pacing },
          ...options.bot,
        },
      },
      ...(options.channels ?? []),
    ],
    flows: options.flows,
  })
  await options.prepare?.(db)
  const parley = await startTestParley(db, { clock, env: options.env, catalogue })
  const channel = channels[0]!
  let updates = 0

  const post = async (address: string, content: Record<string, unknown>) => {
    const { status } = await fetch(`${address}/hooks/${channel.hookId}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': webhookSecret },
      body: JSON.stringify(content),
    })
    return status
  }
  const update = (content: Record<string, unknown>) => post(parley.address, { update_id: ++updates, ...content })
  const must = async (content: Record<string, unknown>) => {
    const status = await update(content)
    if (status !== 200) throw new Error(`The update was answered with ${status}; expected 200.`)
  }
  const rest = () =>
    vi.waitFor(
      async () => {
        const [row] = await db.query<Record<string, number>>(
          `select (select count(*)::int from events where status = 'pending' and coalesce(hold_until, $1::timestamptz) <= $1::timestamptz) as events,
                  (select count(*)::int from deliveries where finished_at is null and due_at <= $1::timestamptz) as deliveries,
                  (select count(*)::int from runs where due_at <= $1::timestamptz) as due,
                  (select count(*)::int from runs where call_holder is not null) as calls`,
          [clock.now().toISOString()],
        )
        const busy = Object.entries(row!).filter(([, count]) => count > 0)
        if (busy.length > 0) throw new Error(`Still under way: ${JSON.stringify(Object.fromEntries(busy))}`)
      },
      { timeout: 8000, interval: 10 },
    )

  const settle = () =>
    vi.waitFor(
      async () => {
        await rest()
        const [row] = await db.query<{ unread: number; pending: number }>(
          `select (select count(*)::int from changes c, cursors r
                    where r.name = 'change-triggers' and (c.xact, c.id) > (r.xact, r.change_id)) as unread,
                  (select count(*)::int from events where status = 'pending') as pending`,
        )
        if (row!.unread + row!.pending > 0) throw new Error(`Still to be read or done: ${JSON.stringify(row)}`)
      },
      { timeout: 20_000, interval: 25 },
    )

  const run: Stage['run'] = (verb, input) => db.transaction((tx) => verb(tx, { ...work, now: clock.now() }, input))
  const { key } = await run(createApiKey, { name: 'stage', access: 'admin' as const })
  const api: Stage['api'] = async (method, path, body) => {
    const response = await fetch(`${parley.address}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const answer: unknown = await response.json()
    if (!response.ok)
      throw new Error(`${method} ${path} was answered with ${response.status}: ${JSON.stringify(answer)}`)
    return answer
  }

  return {
    db,
    bot,
    clock,
    parley,
    url,
    post,
    work,
    channelId: channel.id,
    update,
    rest,
    settle,
    say: (person, text) => must(textUpdate(++updates, person, text)),
    sayInGroup: (group, person, text) => must({ message: groupMessage(++updates, group, person, text) }),
    async heard(chat) {
      await rest()
      return bot.sent(chat).map((message) => String(message.text ?? message.caption))
    },
    async pass(duration) {
      clock.advance(durationMs(duration))
      await parley.sweep()
      await rest()
    },
    run,
    api,
    publish: async (draft) => {
      const [known] = await db.query<{ id: number }>('select id from flows where name = $1', [draft.name])
      const { id } = await run(saveFlow, { flowId: known?.id, draft })
      await api('POST', `/flows/${id}/publish`, {})
    },
    contactId: async (person) => {
      const [row] = await db.query<{ contact_id: number }>(
        `select contact_id from identities where kind = 'telegram' and value = $1`,
        [String(person)],
      )
      return row!.contact_id
    },
    conversationId: async (chat) => {
      const [row] = await db.query<{ conversation_id: number }>(
        'select conversation_id from threads where channel_id = $1 and external_id = $2',
        [channel.id, String(chat)],
      )
      return row!.conversation_id
    },
    close: async () => {
      await parley.dispose()
      await bot.close()
    },
  }
}

/** Gives the file's database back. */
export async function leaveStage(): Promise<void> {
  await fresh?.drop()
  fresh = undefined
}

/** A message in a supergroup (https://core.telegram.org/bots/api#message), with its command and its mention of the bot. */
export function groupMessage(id: number, group: number, person: number, text: string): Record<string, unknown> {
  const command = /^\/(\w+)/.exec(text)?.[0]
  const mention = text.indexOf('@agent_bot')
  return {
    message_id: id,
    date: 1_793_600_000,
    chat: { id: group, type: 'supergroup', title: 'Buyers' },
    from: { id: person, is_bot: false, first_name: `Person ${person}` },
    text,
    entities: [
      ...(command ? [{ type: 'bot_command', offset: 0, length: command.length }] : []),
      ...(mention >= 0 && !command ? [{ type: 'mention', offset: mention, length: '@agent_bot'.length }] : []),
    ],
  }
}

type Block = FlowInput['blocks'] extends (infer B)[] | undefined ? B : never
type Arrow = FlowInput['arrows'] extends (infer A)[] | undefined ? A : never

/** A flow written shortly: blocks by id, arrows as `from > to`, `from:output > to`. */
export function flow(
  name: string,
  triggers: FlowInput['triggers'],
  blocks: Record<string, Omit<Block, 'id' | 'number'>>,
  arrows: (string | [way: string, more: Partial<Arrow>])[] = [],
): FlowInput {
  return {
    name,
    triggers,
    blocks: Object.entries(blocks).map(([id, block], index) => ({ id, number: index + 1, ...block })),
    arrows: arrows.map((arrow) => {
      const [way, more] = typeof arrow === 'string' ? [arrow, {}] : arrow
      const [source = '', to = ''] = way.split(' > ')
      const [from = '', output = 'next'] = source.split(/:(.*)/)
      return { from, output, to, ...more }
    }),
  }
}

/** A block that says a text. */
export const says = (text: string, more: Partial<Block> = {}) => ({ type: 'message', options: { text }, ...more })

/** A block that asks and keeps the answer in a variable of the run. */
export const asks = (question: string, variable: string, more: Record<string, unknown> = {}) => ({
  type: 'ask',
  options: { question, saveTo: `run.${variable}`, ...more },
})
