import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Account, type DoubleMessage } from './account.ts'
import { readParams } from './body.ts'
import { type Fault, type FaultScope, Faults, refusalOf } from './faults.ts'
import { checkLimits } from './limits.ts'
import { Refusal } from './refusal.ts'
import { perform } from './results.ts'
import type { DoubleUpdate } from './updates.ts'
import { checkParams, methodNamed, type Params } from './validate.ts'

export interface BotApiOptions {
  /** What getMe answers; `agent_bot` by default. */
  username?: string
  /** A port to listen on instead of a free one. */
  port?: number
  /** False: calls and messages are counted but not kept, for long measurements (edits and replies find nothing then). */
  record?: boolean
  /** The first pause before a webhook is called again; it doubles each time. 50 ms by default. */
  retryDelayMs?: number
  /** Told of every call that took effect, right before it is answered. */
  onCall?: (call: BotCall) => void
}

/** A call as it came in. */
export interface BotCall {
  token: string
  method: string
  params: Params
  status: number
  /** What was answered: the result, or the description of the refusal. */
  result: unknown
}

/** A stand-in for the vendor's server at `/bot<token>/<method>` and `/file/bot<token>/<path>`. */
export interface BotApi {
  /** What the program is given as `apiRoot`. */
  url: string
  /** Calls in the order in which they were answered. */
  calls: BotCall[]
  /** Calls refused because they broke the vendor's rules, not because of an injected fault. */
  refused: BotCall[]
  /** How many calls were answered with success, by method. */
  counts: Map<string, number>
  /** The messages that successful calls sent to a chat, in order. */
  sent(chat: number | string): DoubleMessage[]
  /** An update on its way to the program (see {@link Account}); resolves once it is confirmed. */
  push(token: string, update: Partial<DoubleUpdate>): Promise<void>
  /** Posts an update to the webhook once, past the queue; gives the status. */
  post(token: string, update: DoubleUpdate): Promise<number>
  account(token: string): Account
  inject(fault: Fault, scope?: FaultScope): void
  clearFaults(): void
  /** From now on the token is answered with 401. */
  revoke(token: string): void
  /** Content that `/file/bot<token>/<path>` gives for a file id. */
  addFile(fileId: string, body: Uint8Array, type?: string): void
  /** Connections that are open at the moment. */
  connections(): Promise<number>
  close(): Promise<void>
}

/** Starts the double on a loopback port. */
export async function startBotApi(options: BotApiOptions = {}): Promise<BotApi> {
  const record = options.record ?? true
  const accounts = new Map<string, Account>()
  const revoked = new Set<string>()
  const faults = new Faults()
  const files = new Map<string, { body: Uint8Array; type: string }>()
  const calls: BotCall[] = []
  const refused: BotCall[] = []
  const counts = new Map<string, number>()

  const account = (token: string): Account => {
    let found = accounts.get(token)
    if (found === undefined) {
      found = new Account(token, options.username ?? 'agent_bot', record, options.retryDelayMs ?? 50)
      accounts.set(token, found)
    }
    return found
  }

  const server = createServer((request, response) => {
    void route(request, response).catch((error) => {
      if (!response.headersSent) answer(response, { ok: false, error_code: 500, description: String(error) }, 500)
    })
  })
  server.keepAliveTimeout = 60_000

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = '', query = ''] = (request.url ?? '').split('?')
    const file = /^\/file\/bot([^/]+)\/files\/(.+)$/.exec(path)
    if (file !== null) return sendFile(response, decodeURIComponent(file[2] ?? ''))
    const parts = /^\/bot(\d+:[\w-]+)\/(\w+)$/.exec(path)
    const [, token = '', name = ''] = parts ?? []
    if (parts === null) return answer(response, { ok: false, error_code: 404, description: 'Not Found' }, 404)
    const call: BotCall = { token, method: name, params: {}, status: 200, result: undefined }
    let fault: Fault | undefined
    try {
      call.method = methodNamed(name)
      call.params = await readParams(request, call.method, query)
      if (revoked.has(token)) throw new Refusal(401, 'Unauthorized')
      fault = faults.take(call.method, call.params)
      if (fault?.kind === 'slow') await sleep(fault.ms)
      if ((fault?.kind === 'hang' || fault?.kind === 'drop') && fault.when === 'before') return fail(fault, request)
      const injected = fault && refusalOf(fault)
      if (injected !== undefined) throw injected
      checkParams(call.method, call.params)
      checkLimits(call.method, call.params)
      call.result = await execute(account(token), call, response)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      call.status = error.status
      call.result = error.message
      if (fault === undefined || refusalOf(fault) === undefined) refused.push(call)
      if (record) calls.push(call)
      const { status, message: description, parameters } = error
      return answer(response, { ok: false, error_code: status, description, parameters }, status)
    }
    if (record) calls.push(call)
    counts.set(call.method, (counts.get(call.method) ?? 0) + 1)
    options.onCall?.(call)
    if (fault?.kind === 'hang' || fault?.kind === 'drop') return fail(fault, request)
    answer(response, { ok: true, result: call.result }, 200)
  }

  function sendFile(response: ServerResponse, fileId: string): void {
    const file = files.get(fileId)
    if (file === undefined) answer(response, { ok: false, error_code: 404, description: 'Not Found' }, 404)
    else response.writeHead(200, { 'content-type': file.type, 'content-length': file.body.length }).end(file.body)
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    refused,
    counts,
    sent: (chat) =>
      calls
        .filter(
          (call) => call.status === 200 && /^send/.test(call.method) && String(call.params.chat_id) === String(chat),
        )
        .flatMap((call) => call.result as DoubleMessage)
        .filter((message) => message.message_id !== undefined),
    push: (token, update) => {
      account(token).learn(update)
      return account(token).updates.push(update)
    },
    post: (token, update) => account(token).updates.post(update),
    account,
    inject: (fault, scope) => faults.inject(fault, scope),
    clearFaults: () => faults.clear(),
    revoke: (token) => revoked.add(token),
    addFile: (fileId, body, type = 'application/octet-stream') => files.set(fileId, { body, type }),
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)))
      }),
    close: async () => {
      for (const bot of accounts.values()) bot.updates.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function execute(account: Account, { method, params }: BotCall, response: ServerResponse): unknown {
  const { updates } = account
  if (method === 'getUpdates') return updates.getUpdates(params, hungUp(response))
  if (method === 'setWebhook') return params.url === '' ? updates.deleteWebhook(params) : updates.setWebhook(params)
  if (method === 'deleteWebhook') return updates.deleteWebhook(params)
  if (method === 'getWebhookInfo') return updates.webhookInfo()
  return perform(account, method, params)
}

function hungUp(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => response.once('close', () => resolve()))
}

/** Breaks the connection, or leaves it without an answer until it is closed. */
function fail(fault: Fault, request: IncomingMessage): void {
  if (fault.kind === 'drop') request.socket.destroy()
}

function answer(response: ServerResponse, body: unknown, status: number): void {
  const text = JSON.stringify(body)
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text)
}
