import type { tl } from '@mtcute/core'
import { __tlWriterMap, TlBinaryWriter } from '@mtcute/core/utils.js'
import { authHandlers } from './auth.ts'
import { fileHandlers } from './files.ts'
import { groupHandlers } from './groups.ts'
import { messageHandlers } from './messages.ts'
import { peopleHandlers } from './people.ts'
import type { RecordedClient } from './recorded-client.ts'
import { checked, type Handler, refusal } from './schema.ts'
import { ann, type World, world } from './world.ts'

/** What may go wrong with a call: Telegram's word, or a line that breaks off before the call arrived or after it was done. */
export type MtprotoFault = { word: string; code?: number } | { drop: 'before' | 'after' }

export interface RecordedCall {
  method: string
  request: tl.RpcMethod
}

/** A stand-in for Telegram's servers, behind the library's `call`: it checks each call and answer by the schema of the protocol's layer. */
export interface Mtproto {
  world: World
  calls: RecordedCall[]
  /** Calls that broke the schema, or that nobody has taught the stand-in. */
  refused: { method: string; why: string }[]
  /** The next call of the method, or of any that sends, fails. */
  inject(fault: MtprotoFault, method?: string): void
  /** How often a method was called. */
  count(method: string): number
  requests<M extends tl.RpcMethod['_']>(method: M): Extract<tl.RpcMethod, { _: M }>[]
  /** Sends updates to everybody who is signed in and connected, and keeps those that count for who comes later. */
  play(...updates: tl.TypeUpdate[]): Promise<void>
  /** Keeps updates for those who come later alone: as if the line was broken. */
  miss(...updates: tl.TypeUpdate[]): void
  /** Sends something as it is. */
  shout(updates: tl.TypeUpdates): void
  /** A message from Ann to the account. */
  say(text: string, fields?: Partial<tl.RawMessage>): Promise<tl.RawMessage>
  /** Another device scans the code. */
  scan(): void
  /** The account's owner ends the session elsewhere. */
  revoke(): void
  attach(client: RecordedClient): void
  detach(client: RecordedClient): void
  connections(): number
  answer(client: RecordedClient, request: tl.RpcMethod, signal?: AbortSignal): Promise<unknown>
}

const handlers: Record<string, Handler> = {
  ...authHandlers,
  ...peopleHandlers,
  ...messageHandlers,
  ...groupHandlers,
  ...fileHandlers,
}

/** Methods that may be called by whom nobody knows yet. */
const open = /^(auth\.|account\.getPassword$|help\.)/

export function createMtproto(): Mtproto {
  const clients = new Set<RecordedClient>()
  const faults: { fault: MtprotoFault; method: string | undefined }[] = []
  const here = world()
  const calls: RecordedCall[] = []
  const refused: Mtproto['refused'] = []

  function shout(updates: tl.TypeUpdates): void {
    const whole = checked<tl.TypeUpdates>(updates)
    for (const client of clients) if (here.sessions.has(client.key)) client.onServerUpdate.emit(whole)
  }

  return {
    world: here,
    calls,
    refused,
    inject: (fault, method) => void faults.push({ fault, method }),
    count: (method) => calls.filter((call) => call.method === method).length,
    requests: (method) =>
      calls.flatMap(({ request }) =>
        request._ === method ? [request as Extract<tl.RpcMethod, { _: typeof method }>] : [],
      ),
    async play(...updates) {
      for (const update of updates) here.keep(update)
      shout({ _: 'updates', updates, ...here.namedIn(updates), date: here.now(), seq: 0 })
      await new Promise(setImmediate)
    },
    miss(...updates) {
      for (const update of updates) here.keep(update)
    },
    async say(text, fields = {}) {
      const message = here.message({
        message: text,
        fromId: here.peerOf(ann.id),
        peerId: here.peerOf(ann.id),
        ...fields,
      })
      await this.play(here.newMessage(message))
      return message
    },
    shout,
    scan() {
      here.qr.scanned = true
      const update: tl.TypeUpdates = { _: 'updateShort', update: { _: 'updateLoginToken' }, date: here.now() }
      for (const client of clients) client.onServerUpdate.emit(update)
    },
    revoke: () => here.sessions.clear(),
    attach: (client) => void clients.add(client),
    detach: (client) => void clients.delete(client),
    connections: () => clients.size,

    async answer(client, request, signal) {
      await new Promise(setImmediate)
      signal?.throwIfAborted()
      const method = request._
      try {
        TlBinaryWriter.serializeObject(__tlWriterMap, request as never)
      } catch (error) {
        refused.push({ method, why: String(error) })
        throw refusal('INPUT_METHOD_INVALID')
      }
      calls.push({ method, request })
      const found = faults.findIndex((each) => each.method === method || (!each.method && sends.test(method)))
      const fault = found < 0 ? undefined : faults.splice(found, 1)[0]?.fault
      if (fault && 'word' in fault) throw refusal(fault.word, fault.code)
      if (fault?.drop === 'before') throw new Error('The connection was lost.')
      if (!open.test(method) && !here.sessions.has(client.key)) throw refusal('AUTH_KEY_UNREGISTERED', 401)
      const handler = handlers[method]
      if (!handler) {
        refused.push({ method, why: 'The stand-in was not taught this method.' })
        throw new Error(`The stand-in was not taught ${method}.`)
      }
      const answer = checked(handler(request as never, here, client))
      if (fault?.drop === 'after') throw new Error('The connection was lost.')
      return answer
    },
  }
}

const sends = /^messages\.(sendMessage|sendMedia)$/
