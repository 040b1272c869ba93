import type { ChannelAdapter, ChannelContext } from '../../../src/conversations/channel.ts'
import type { Content } from '../../../src/conversations/message.ts'
import { AppError } from '../../../src/platform/errors.ts'
import { markText } from '../markup.ts'
import { whatsappWebCapabilities } from './capabilities.ts'
import { createDoorbell } from './doorbell.ts'
import type { EngineFactory, EngineSend, UserIds } from './engine.ts'
import { createGroups } from './groups.ts'
import { mentionOf, userOf, userOfIdentities } from './ids.ts'
import { createReceiver } from './inbound/receiver.ts'
import { openFile } from './outbound/open-file.ts'
import { type PlannedSend, sendsOf } from './outbound/sends.ts'
import { createOwnMessages } from './own-messages.ts'
import type { WhatsAppWebSettings } from './settings.ts'
import { type Supervisor, superviseEngine } from './supervisor.ts'
import { chatOf, createThreads } from './threads.ts'

/** Where it is kept who we are, for the process that does not listen. */
const stateName = 'me'

/** Pictures of people are small; in bytes. */
const largestPicture = 5_000_000

/** What only tests set: how often the engine is looked after, in milliseconds. */
export interface WhatsAppWebTiming {
  tickMs?: number
}

/** Connects one WhatsApp account. No browser is started before it is listened to. */
export function createWhatsAppWebAdapter(
  context: ChannelContext<WhatsAppWebSettings>,
  openEngine: EngineFactory,
  timing: WhatsAppWebTiming = {},
): ChannelAdapter {
  const { clock, log, state } = context
  const { settings } = context.channel
  const { browserPath, proxy, takeOverOnConflict } = settings
  const engine = openEngine({ folder: context.folder, browserPath, proxy, takeOverOnConflict, clock })
  const own = createOwnMessages()
  const threads = createThreads(engine, state, clock.now.bind(clock))
  const doorbell = createDoorbell(engine)
  const maxBytes = settings.mediaLimitMb * 1_000_000
  let supervisor: Supervisor | undefined
  let unlisten: (() => Promise<void>) | undefined
  let me: UserIds = {}

  const here = (): Supervisor => {
    if (supervisor) return supervisor
    throw new AppError('unavailable', 'The channel is not listened to in this process.', { retryAfterMs: 5_000 })
  }

  async function sendOne(chat: string, planned: PlannedSend, signal: AbortSignal): Promise<string> {
    let send: EngineSend
    if (planned.what === 'media') {
      const { part, ...others } = planned
      const file = await openFile(part, context, engine, maxBytes, signal)
      send = { ...others, media: part.media, file }
    } else send = planned
    if (signal.aborted) throw new AppError('unavailable', 'The attempt was ended before WhatsApp was asked.')
    return own.sending(() => engine.send(chat, send))
  }

  async function sendAll(chat: string, content: Content, signal: AbortSignal): Promise<string[]> {
    const planned = sendsOf(content)
    if (planned.length === 0) {
      throw new AppError('invalid', 'The message has neither text nor parts: expected at least one of them.')
    }
    await doorbell.ring(chat)
    const ids: string[] = []
    for (const send of planned) ids.push(await sendOne(chat, send, signal))
    return ids
  }

  return {
    capabilities: () => whatsappWebCapabilities,

    pacing: () => ({
      perSecond: settings.pacing.messagesPerSecond,
      perThreadPerSecond: settings.pacing.perChatPerSecond,
      perGroupPerMinute: settings.pacing.perGroupPerMinute,
    }),

    /** Asks nothing of WhatsApp: the browser may run in another process. The number is known once somebody has signed in. */
    async connect() {
      const noted = await state.read(stateName)
      const known: UserIds = noted === undefined ? me : JSON.parse(noted)
      return { address: known.phone ? `+${userOf(known.phone)}` : 'not signed in yet' }
    },

    async receive() {
      throw new AppError('unsupported', 'A WhatsApp account is listened to in a browser: it calls no address of ours.')
    },

    async send(target, outbound, signal) {
      const chat = chatOf(target.thread)
      if (signal.aborted) throw new AppError('unavailable', 'The attempt was ended before it began.')
      here().check()
      switch (outbound.action) {
        case 'message':
          return { externalIds: await sendAll(chat, outbound, signal) }
        case 'edit': {
          const { text, mentions } = markText(outbound.text, outbound.entities, mentionOf)
          await engine.edit(outbound.messageExternalId, text, mentions)
          return { externalIds: [outbound.messageExternalId] }
        }
        case 'delete':
          await engine.revoke(outbound.messageExternalId)
          return { externalIds: [outbound.messageExternalId] }
        case 'typing':
          await engine.typing(chat)
          return { externalIds: [] }
      }
    },

    async listen() {
      await unlisten?.()
      const receiver = createReceiver({ context, engine, own, threads })
      const running = superviseEngine({
        engine,
        clock,
        log,
        report: context.report,
        take(event) {
          if (event.type === 'message') doorbell.known(event.message.chat)
          receiver.take(event)
        },
        async ready(ids) {
          me = ids
          receiver.me = ids
          await state.write(stateName, JSON.stringify(ids))
          await receiver.catchUp()
        },
        ...timing,
      })
      supervisor = running
      running.start()
      const stop = async () => {
        if (supervisor === running) supervisor = undefined
        if (unlisten === stop) unlisten = undefined
        await running.stop()
        await receiver.stop()
      }
      unlisten = stop
      return stop
    },

    threadFor(identities) {
      const user = userOfIdentities(identities)
      return user === undefined ? undefined : { id: user, kind: 'direct' }
    },

    async fetchFile(ref) {
      here().check()
      const file = await openFile({ file: { ref } }, context, engine, maxBytes)
      if (file.data.byteLength > maxBytes) {
        throw new AppError('too_large', `The file is larger than mediaLimitMb (${settings.mediaLimitMb} MB) allows.`)
      }
      const body = new Blob([file.data as Uint8Array<ArrayBuffer>]).stream()
      return { body, mime: file.mime, size: file.data.byteLength, ...(file.name !== undefined && { name: file.name }) }
    },

    async fetchPicture(identities) {
      const user = userOfIdentities(identities)
      if (user === undefined) return undefined
      here().check()
      const url = await engine.pictureOf(user)
      if (url === undefined) return undefined
      const { data, mime } = await openFile({ file: { url } }, context, engine, largestPicture)
      return { body: new Blob([data as Uint8Array<ArrayBuffer>]).stream(), mime, size: data.byteLength }
    },

    signIn: {
      async step(step) {
        if (step.do === 'start' && step.by === 'qr') return here().signIn()
        if (step.do === 'sign_out') {
          me = {}
          await state.write(stateName, undefined)
          return here().signOut()
        }
        throw new AppError(
          'unsupported',
          'WhatsApp is signed in to by a QR code: begin with {"do": "start", "by": "qr"}.',
        )
      },
    },

    groups: createGroups({ context, engine, me: () => me, check: () => here().check() }),

    async close() {
      await unlisten?.()
    },
  }
}
