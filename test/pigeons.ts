import type { ChannelEvent, MessageEvent } from '../src/conversations/event.ts'
import type { FlowInput } from '../src/flows/flow.ts'
import { VirtualClock } from '../src/platform/clock.ts'
import type { Database } from '../src/platform/database/database.ts'
import { durationMs } from '../src/platform/duration.ts'
import type { WorkContext } from '../src/team/context.ts'
import { createApiKey } from '../src/team/create-api-key.ts'
import { buildLoft, type Loft } from './doubles/pigeon/pigeon.ts'
import { seed, startTestParley } from './parley.ts'

/** The whole program with one channel of the tests' own vendor. */
export interface Pigeonry {
  loft: Loft
  clock: VirtualClock
  work: WorkContext
  channelId: number
  address: string
  /** Brings events as the vendor would; gives the status of the answer. */
  bring(...events: ChannelEvent[]): Promise<number>
  /** Moves the clock and does what has become due. */
  pass(duration: string): Promise<void>
  /** Calls the API as an admin. */
  // biome-ignore lint/suspicious/noExplicitAny: the tests look into bodies of every shape
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }>
  /** Reads a file by the API. */
  fetchBytes(path: string): Promise<Buffer>
  /** Stops the program and starts it again over the same database. */
  restart(): Promise<void>
  stop(): Promise<void>
}

export async function openPigeonry(
  db: Database,
  {
    flows = [],
    settings = {},
    others = [],
  }: {
    flows?: FlowInput[]
    settings?: Record<string, unknown>
    /** More channels of the same vendor. */
    others?: { name: string; settings?: Record<string, unknown> }[]
  } = {},
): Promise<Pigeonry> {
  const loft = buildLoft()
  const clock = new VirtualClock()
  const catalogue = new Map([['pigeon', loft.definition]])
  const { work, channels } = await seed(db, {
    channels: [{ name: 'loft', settings }, ...others].map((each) => ({ settings: {}, ...each, kind: 'pigeon' })),
    flows,
    catalogue,
  })
  const { key } = await db.transaction((tx) => createApiKey(tx, work, { name: 'test', access: 'admin' }))
  let parley = await startTestParley(db, { clock, catalogue })
  return {
    loft,
    clock,
    work,
    channelId: channels[0]!.id,
    get address() {
      return parley.address
    },
    async bring(...events) {
      const request = loft.request(...events)
      const answer = await fetch(`${parley.address}/hooks/${channels[0]!.hookId}`, {
        ...request,
        body: Buffer.from(request.body),
      })
      return answer.status
    },
    async pass(duration) {
      clock.advance(durationMs(duration))
      await parley.sweep()
    },
    async call(method, path, body) {
      const answer = await fetch(`${parley.address}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
    },
    async fetchBytes(path) {
      const headers = { authorization: `Bearer ${key}` }
      return Buffer.from(await (await fetch(`${parley.address}/api/v1${path}`, { headers })).arrayBuffer())
    },
    async restart() {
      await parley.dispose()
      parley = await startTestParley(db, { clock, catalogue })
    },
    stop: () => parley.dispose(),
  }
}

/** What a person with a ring says. */
export function coo(
  number: number,
  text: string,
  ring = 'anna',
  more: Partial<MessageEvent['message']> = {},
): MessageEvent {
  return {
    kind: 'message',
    externalId: `letter:${ring}:${number}`,
    thread: { id: ring, kind: 'direct' },
    at: '2026-11-02T09:00:00.000Z',
    sender: { identities: [{ kind: 'ring', value: ring }], firstName: ring },
    message: { externalId: `m:${ring}:${number}`, text, addressesBot: true, ...more },
  }
}
