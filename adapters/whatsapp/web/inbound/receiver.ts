import { setTimeout as sleep } from 'node:timers/promises'
import type { ChannelContext } from '../../../../src/conversations/channel.ts'
import type { ChannelEvent } from '../../../../src/conversations/event.ts'
import type { Part } from '../../../../src/conversations/message.ts'
import { messageOf } from '../../../../src/platform/errors.ts'
import type { Engine, EngineEvent, EngineMessage, UserIds } from '../engine.ts'
import type { OwnMessages } from '../own-messages.ts'
import type { WhatsAppWebSettings } from '../settings.ts'
import type { Threads } from '../threads.ts'
import { eventsOf } from './events.ts'

/** Takes what the engine tells, finds out what belongs to it, and stores it: one after another in each chat. */
export interface Receiver {
  take(event: EngineEvent): void
  /** Who we are, once it is known. */
  me: UserIds
  /** Looks for what came in while nobody listened. */
  catchUp(): Promise<void>
  /** Ends waiting for a database that does not answer, and resolves when nothing is under way. */
  stop(): Promise<void>
}

export interface ReceiverOptions {
  context: ChannelContext<WhatsAppWebSettings>
  engine: Engine
  own: OwnMessages
  threads: Threads
}

const firstPauseMs = 500
const longestPauseMs = 30_000
/** How often the moment is noted up to which all was heard, and how far behind it is looked for more, in milliseconds. */
const noteEveryMs = 30_000
const overlapMs = 120_000
const stateName = 'heard_until'
/** How many messages are remembered, so that looking for missed ones fetches no file again. */
const remembered = 2_000

export function createReceiver({ context, engine, own, threads }: ReceiverOptions): Receiver {
  const { channel, clock, files, log, state } = context
  const lanes = new Map<string, Promise<void>>()
  const seen = new Set<string>()
  const stopping = new AbortController()
  let heardUntil: Date | undefined
  let notedAt = 0

  const receiver: Receiver = {
    me: {},
    take(event) {
      const lane =
        'message' in event && typeof event.message === 'object' ? event.message.chat : 'chat' in event ? event.chat : ''
      const last = lanes.get(lane) ?? Promise.resolve()
      const next = last
        .then(() => handle(event))
        .catch((error: unknown) => log.error({ error, type: event.type }, 'Something from WhatsApp was not taken.'))
        .finally(() => {
          if (lanes.get(lane) === next) lanes.delete(lane)
        })
      lanes.set(lane, next)
    },

    async catchUp() {
      const noted = await state.read(stateName)
      if (noted === undefined) {
        await note(clock.now(), true)
        return
      }
      const messages = await engine.since(new Date(Date.parse(noted) - overlapMs))
      for (const message of messages) if (!seen.has(message.id)) receiver.take({ type: 'message', message })
    },

    async stop() {
      stopping.abort()
      await Promise.all(lanes.values())
      if (heardUntil) await note(heardUntil, true).catch(() => undefined)
    },
  }
  return receiver

  async function handle(event: EngineEvent): Promise<void> {
    if (event.type === 'message') await hearMessage(event.message)
    else if (event.type === 'title') {
      threads.rename(event.chat, event.title)
      await store(event, event.chat)
    } else if ('chat' in event) await store(event, event.chat)
    else if (event.type === 'edit') await store(event, event.message.chat)
    else await deliver(eventsOf(event, { ...nobody, me: receiver.me, now: clock.now() }))
  }

  async function hearMessage(message: EngineMessage): Promise<void> {
    if (message.fromMe && (await own.isOurs(message.id))) return
    if (seen.size >= remembered) seen.delete(seen.values().next().value!)
    seen.add(message.id)
    await store({ type: 'message', message }, message.chat, await keepFile(message))
    await note(message.at)
  }

  async function store(event: EngineEvent, chat: string, mediaPart?: Part): Promise<void> {
    const { thread, moved } = await untilDone(() => threads.of(chat))
    const known = new Map<string, UserIds>()
    for (const user of peopleIn(event, chat)) known.set(user, await engine.idsOf(user))
    const about = {
      me: receiver.me,
      thread,
      now: clock.now(),
      ids: (user: string) => known.get(user) ?? {},
      ...(mediaPart && { mediaPart }),
    }
    if (moved) await deliver([moved])
    await deliver(eventsOf(event, about))
  }

  /** The file of a message lies with us at once. One that is too large, or that WhatsApp does not give, stays there, by reference. */
  async function keepFile({ id, media }: EngineMessage): Promise<Part | undefined> {
    if (!media) return undefined
    const left: Part = { type: 'media', file: { ref: id }, ...media }
    const maxBytes = channel.settings.mediaLimitMb * 1_000_000
    if ((media.size ?? 0) > maxBytes) return left
    try {
      const file = await engine.download(id)
      if (!file) return left
      const kept = await files.keep(file.data, { mime: file.mime, maxBytes })
      return { ...left, file: { kept: kept.kept }, mime: media.mime ?? kept.mime, size: kept.size }
    } catch (error) {
      log.warn({ error: messageOf(error), messageExternalId: id }, 'A file was left with WhatsApp.')
      return left
    }
  }

  async function deliver(events: ChannelEvent[]): Promise<void> {
    if (events.length > 0) await untilDone(() => context.receive(events))
  }

  /** WhatsApp does not send again what we do not store: it is tried until it is stored. */
  async function untilDone<T>(work: () => Promise<T>): Promise<T> {
    for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
      try {
        return await work()
      } catch (error) {
        if (stopping.signal.aborted) throw error
        log.error({ error, retryInMs: pause }, 'What came from WhatsApp could not be stored; it is tried again.')
        await sleep(pause, undefined, { signal: stopping.signal }).catch(() => undefined)
      }
    }
  }

  async function note(at: Date, now = false): Promise<void> {
    if (heardUntil === undefined || at > heardUntil) heardUntil = at
    if (!now && clock.now().getTime() - notedAt < noteEveryMs) return
    notedAt = clock.now().getTime()
    await state.write(stateName, heardUntil.toISOString())
  }
}

const nobody = { thread: { id: 'unknown', kind: 'direct' as const }, ids: () => ({}) }

/** Everybody whose second id is to be found out. */
function peopleIn(event: EngineEvent, chat: string): string[] {
  switch (event.type) {
    case 'message':
    case 'edit':
      return [chat, event.message.sender, ...event.message.mentions]
    case 'reaction':
      return [event.sender]
    case 'membership':
      return event.users
    case 'title':
      return event.author === undefined ? [] : [event.author]
    default:
      return []
  }
}
