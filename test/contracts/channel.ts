import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Capabilities, ChannelAdapter, Outbound, Receipt, Target } from '../../src/conversations/channel.ts'
import { SendError } from '../../src/conversations/channel.ts'
import { fitContent } from '../../src/conversations/deliver/fit-content.ts'
import type { ChannelEvent } from '../../src/conversations/event.ts'
import type { Content, ConversationKind, MediaKind, OutboundPart } from '../../src/conversations/message.ts'
import { AppError } from '../../src/platform/errors.ts'

/** What the vendor's side sends us: a person's message, our own message coming back, something new to us. */
export type Inbound = 'message' | 'own' | 'unknown'

/** What can go wrong with the next sending: a limit with a wait of three seconds, a closed door, a broken connection. */
export type SendingFault = 'rate_limit' | 'unreachable' | 'drop'

/** One adapter with a double of its vendor. */
export interface ChannelHarness {
  adapter: ChannelAdapter
  /**
   * Brings something from the vendor's side through the adapter, by its hook or its source, and gives the events that
   * it made. The same `number` is the same thing again. Throws what the adapter throws.
   */
  bring(what: Inbound, number: number): Promise<ChannelEvent[]>
  /** The same as a message whose signature is wrong. */
  forge?(): Promise<unknown>
  /** Makes the next sending fail. */
  fail?(fault: SendingFault): void
  /** A thread of this kind that the double knows. */
  thread(kind: ConversationKind): Target
  /** A file of this kind that the channel can send. */
  file(kind: MediaKind): { url: string } | { ref: string }
  /** How many messages (texts, media, places, cards) have arrived at the double. */
  arrived(): number
  /** What the double refused because it broke the vendor's rules. */
  refused(): unknown[]
  /** Connections that the adapter holds open to the double. */
  connections(): Promise<number>
  /** Ends the double; the adapter is closed already. */
  stop(): Promise<void>
}

export interface ChannelContract {
  name: string
  make(): Promise<ChannelHarness>
  /** The kinds of conversations that the channel has; the first is used where any will do. */
  kinds: [ConversationKind, ...ConversationKind[]]
  /** Parts that this channel cannot have, each with its reason; they are printed. */
  cannot?: Partial<Record<'forge' | 'own' | 'unknown' | SendingFault | 'connections', string>>
}

/** What every channel must do, whatever its vendor: run by each adapter against its double. */
export function channelContract({ name, make, kinds, cannot = {} }: ChannelContract): void {
  for (const [part, reason] of Object.entries(cannot)) {
    process.stdout.write(`The channel contract of ${name} leaves out ${part}: ${reason}\n`)
  }
  const testUnless = (part: keyof typeof cannot, title: string, body: () => Promise<void>) => {
    if (cannot[part] === undefined) test(title, body)
  }

  describe(`${name} keeps the channel contract`, () => {
    let harness: ChannelHarness
    let closed = false

    beforeEach(async () => {
      closed = false
      harness = await make()
    })
    afterEach(async () => {
      if (!closed) await harness.adapter.close()
      await harness.stop()
    })

    const send = (target: Target, outbound: Outbound, signal = new AbortController().signal): Promise<Receipt> =>
      harness.adapter.send(target, outbound, signal)
    const say = (target: Target, text = 'Hello') => send(target, { action: 'message', text })
    const anyThread = () => harness.thread(kinds[0])

    test('connects, tells its address, and may be connected again', async () => {
      const { address } = await harness.adapter.connect()
      expect(address).not.toBe('')
      expect(await harness.adapter.connect()).toEqual({ address })
      expect(harness.refused()).toEqual([])
    })

    testUnless('forge', 'refuses a request with a wrong signature', async () => {
      await expect(harness.forge?.()).rejects.toMatchObject({ code: 'unauthenticated' })
    })

    test('turns a message into an event of the unified model', async () => {
      const event = theMessage(await harness.bring('message', 1))
      expect(event.sender.identities.length).toBeGreaterThan(0)
      expect(event.message.text).not.toBe('')
      expect(event.message.externalId).not.toBe('')
      expect(new Date(event.at).toISOString()).toBe(event.at)
    })

    test('gives the same thing the same ids when it comes again, and another thing others', async () => {
      const ids = (events: ChannelEvent[]) => events.map((event) => event.externalId)
      const first = ids(await harness.bring('message', 1))
      expect(first.length).toBeGreaterThan(0)
      expect(new Set(first).size).toBe(first.length)
      expect(ids(await harness.bring('message', 1))).toEqual(first)
      expect(ids(await harness.bring('message', 2)).filter((id) => first.includes(id))).toEqual([])
    })

    testUnless('own', 'ignores its own messages', async () => {
      expect((await harness.bring('own', 3)).filter((event) => event.kind === 'message')).toEqual([])
    })

    testUnless('unknown', 'takes what it does not know and keeps it for inspection', async () => {
      expect(await harness.bring('unknown', 4)).toMatchObject([{ kind: 'unknown', thread: { id: 'unknown' } }])
    })

    test('can answer in the thread that a message came from', async () => {
      const { thread } = theMessage(await harness.bring('message', 1))
      const receipt = await say({ thread: thread.id, kind: thread.kind })
      expect(receipt.externalIds).toHaveLength(1)
      expect(harness.arrived()).toBe(1)
    })

    testUnless('rate_limit', "tells a vendor's rate limit as retryable, with its time", async () => {
      harness.fail?.('rate_limit')
      const error = await failure(say(anyThread()))
      expect(error).toMatchObject({ code: 'rate_limited', retryable: true, retryAfterMs: 3000 })
      await say(anyThread())
    })

    testUnless('unreachable', 'tells that nothing arrives any more', async () => {
      harness.fail?.('unreachable')
      const error = await failure(say(anyThread()))
      expect(error).toBeInstanceOf(SendError)
      expect(error).toMatchObject({ failure: { reason: 'unreachable' }, retryable: false })
    })

    testUnless('drop', 'tells a broken connection as retryable, and goes on after it', async () => {
      harness.fail?.('drop')
      expect(await failure(say(anyThread()))).toMatchObject({ retryable: true })
      const before = harness.arrived()
      await say(anyThread())
      expect(harness.arrived()).toBe(before + 1)
    })

    test('does not send when the attempt was ended before it began', async () => {
      const ended = AbortSignal.abort()
      await failure(send(anyThread(), { action: 'message', text: 'Too late' }, ended))
      expect(harness.arrived()).toBe(0)
    })

    describe.each(kinds)('in a thread of kind %s', (kind) => {
      test('can do each single thing that it declares', async () => {
        const target = harness.thread(kind)
        const capabilities = harness.adapter.capabilities(kind)
        for (const content of declaredContents(capabilities, harness)) {
          const before = harness.arrived()
          const { externalIds } = await send(target, { action: 'message', ...content })
          expect(externalIds, JSON.stringify(content)).toHaveLength(1)
          expect(harness.arrived(), JSON.stringify(content)).toBe(before + 1)
        }
        await tryActions(capabilities, target, send)
        expect(harness.refused()).toEqual([])
      })

      test('needs nothing that it does not declare', async () => {
        const target = harness.thread(kind)
        const fitted = fitContent(everything(harness), harness.adapter.capabilities(kind))
        for (const content of fitted) await send(target, { action: 'message', ...content })
        expect(harness.arrived()).toBeGreaterThanOrEqual(fitted.length)
        expect(harness.refused()).toEqual([])
      })
    })

    test('lets go of everything when it is closed', async () => {
      const timers = activeTimers()
      await harness.adapter.connect()
      const stop = await harness.adapter.listen?.()
      await say(anyThread())
      await stop?.()
      await harness.adapter.close()
      closed = true
      if (cannot.connections === undefined) await expect.poll(() => harness.connections()).toBe(0)
      // A pool of connections looks at its own timer twice a second before it lets it go. Not by `poll`, which has a timer itself.
      for (let looks = 0; looks < 60 && activeTimers() > timers; looks++) await sleep(50)
      expect(activeTimers()).toBeLessThanOrEqual(timers)
    })
  })
}

function theMessage(events: ChannelEvent[]) {
  const event = events.find((candidate) => candidate.kind === 'message')
  if (event === undefined) throw new Error('No message came of it.')
  return event
}

async function failure(attempt: Promise<unknown>): Promise<AppError> {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(AppError)
  return error as AppError
}

function activeTimers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
}

/** One message for each ability. */
function declaredContents(can: Capabilities, harness: ChannelHarness): Content[] {
  const contents: Content[] = [{ text: 'x'.repeat(can.text.maxLength) }]
  const add = (is: boolean, content: Content) => is && contents.push(content)
  const part = (is: boolean, ...parts: OutboundPart[]) => add(is, { text: '', parts })
  add(can.text.formatting, {
    text: '😀 bold and a link',
    entities: [
      { type: 'bold', offset: 3, length: 4 },
      { type: 'link', offset: 14, length: 4, url: 'https://example.com/' },
    ],
  })
  for (const media of can.media) part(true, { type: 'media', media, file: harness.file(media) })
  const [first] = can.media
  const captionLength = can.text.captionMaxLength ?? can.text.maxLength
  if (first !== undefined) {
    const file = { type: 'media' as const, media: first, file: harness.file(first) }
    contents.push({ text: 'x'.repeat(captionLength), parts: [file] })
  }
  part(can.location, { type: 'location', latitude: 55.75, longitude: 37.61 })
  part(can.location, { type: 'location', latitude: 55.75, longitude: 37.61, title: 'Office', address: 'Main street 1' })
  part(can.contactCard, { type: 'contact', name: 'Ann Example', phone: '+15550100' })
  add(can.buttons, { text: 'Choose', parts: [choices] })
  add(can.requestButtons, { text: 'Who are you?', parts: [requests] })
  return contents
}

const choices: OutboundPart = {
  type: 'buttons',
  rows: [
    [{ label: 'Yes', value: 'yes' }, { label: 'No' }],
    [{ label: 'Long', value: 'я'.repeat(256) }],
    [{ label: 'Open', url: 'https://example.com/' }],
  ],
}
const requests: OutboundPart = {
  type: 'buttons',
  rows: [[{ label: 'My phone', request: 'phone' }], [{ label: 'My place', request: 'location' }]],
}

/** A message of everything, for a channel that may be able to do nothing. */
function everything(harness: ChannelHarness): Content {
  return {
    text: `Look: here. ${'Words and words. '.repeat(400)}`,
    entities: [{ type: 'link', offset: 6, length: 4, url: 'https://example.com/' }],
    parts: [
      { type: 'media', media: 'image', file: harness.file('image') },
      { type: 'media', media: 'document', file: harness.file('document'), name: 'offer.pdf' },
      { type: 'location', latitude: 55.75, longitude: 37.61 },
      { type: 'contact', name: 'Ann Example', phone: '+15550100' },
      choices,
      requests,
    ],
  }
}

/** What is done to a message that was sent, and typing. */
async function tryActions(
  can: Capabilities,
  target: Target,
  send: (target: Target, outbound: Outbound) => Promise<Receipt>,
): Promise<void> {
  if (can.typing) expect(await send(target, { action: 'typing' })).toEqual({ externalIds: [] })
  const [sent = ''] = (await send(target, { action: 'message', text: 'First' })).externalIds
  if (can.reply) await send(target, { action: 'message', text: 'Reply', replyToExternalId: sent })
  if (can.edit) await send(target, { action: 'edit', messageExternalId: sent, text: 'Second' })
  if (can.delete) await send(target, { action: 'delete', messageExternalId: sent })
}
