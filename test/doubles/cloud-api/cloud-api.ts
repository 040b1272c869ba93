import { createHmac, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MediaShelf } from './media.ts'
import { messageSchema, receiptSchema, type SentMessage } from './message-schema.ts'
import { Refusal, refusal } from './refusal.ts'
import { checkTemplate, type DoubleTemplate, templatesPage } from './templates.ts'

export interface CloudApiOptions {
  accessToken: string
  appSecret: string
  phoneNumberId: string
  businessAccountId: string
  displayNumber?: string
  templates?: DoubleTemplate[]
}

/** What the double does instead of, or after, answering a call that sends. */
export type Fault =
  | { kind: 'refuse'; status: number; code: number; title?: string; details?: string; headers?: Record<string, string> }
  /** The connection breaks; the call has no effect. */
  | { kind: 'drop' }
  /** The answer never comes. */
  | { kind: 'hang' }
  /** An answer that is none of the vendor's. */
  | { kind: 'garbage'; status: number }

/** A message that a call sent. */
export interface DoubleMessage {
  id: string
  sent: SentMessage
}

/** A stand-in for graph.facebook.com and for the server of files. */
export interface CloudApi {
  /** What the program is given as `apiRoot`. */
  url: string
  /** Messages, in order. */
  messages: DoubleMessage[]
  /** Read receipts, with or without typing. */
  receipts: { message_id: string; typing: boolean }[]
  /** Calls refused because they broke the vendor's rules, not because of an injected fault. */
  refused: { path: string; body: unknown; why: string }[]
  /** Calls by `METHOD path`, without the version. */
  calls: string[]
  media: MediaShelf
  templates: DoubleTemplate[]
  /** Makes the next calls of POST …/messages fail. */
  inject(fault: Fault, times?: number): void
  /** Free messages to this address are refused from now on: the person wrote more than 24 hours ago. */
  closeWindow(address: string): void
  /** Where a file's address leads; its own server unless told otherwise. */
  fileHost: string | undefined
  /** The callback that was set for the number. */
  callback(): { url: string; verifyToken: string } | undefined
  /** Posts a payload to that callback, signed; gives the status. */
  push(payload: unknown): Promise<number>
  /** The payload of a status of a message that was sent, as the vendor tells it. */
  statusOf(id: string, status: string, ids: { phone?: string; userId?: string }): unknown
  connections(): Promise<number>
  close(): Promise<void>
}

const version = /^\/v\d+\.\d+\//

/** Starts the double on a loopback port. */
export async function startCloudApi(options: CloudApiOptions): Promise<CloudApi> {
  const { accessToken, appSecret, phoneNumberId, businessAccountId } = options
  const proof = createHmac('sha256', appSecret).update(accessToken).digest('hex')
  const faults: Fault[] = []
  const closed = new Set<string>()
  let callback: { url: string; verifyToken: string } | undefined

  const server = createServer((request, response) => {
    void serve(request, response).catch((error) =>
      answer(response, 500, { error: { code: 1, message: String(error) } }),
    )
  })

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://double')
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const path = url.pathname.replace(version, '')
    api.calls.push(`${request.method} ${path}`)
    let json: unknown
    try {
      if (request.headers.authorization !== `Bearer ${accessToken}`) {
        throw refusal(401, 190, 'Invalid OAuth access token - Cannot parse access token')
      }
      if (url.pathname.startsWith('/attachments/')) return sendFile(response, url.searchParams.get('mid') ?? '')
      if (!version.test(url.pathname)) throw refusal(400, 2500, 'Unknown path components', url.pathname)
      if (url.searchParams.get('appsecret_proof') !== proof) {
        throw refusal(400, 100, 'Invalid appsecret_proof provided in the API argument')
      }
      const type = request.headers['content-type'] ?? ''
      json = type.startsWith('application/json') ? JSON.parse(body.toString()) : undefined
      if (request.method === 'POST' && path === `${phoneNumberId}/messages`) {
        const fault = faults.shift()
        if (fault) return suffer(fault, request, response)
      }
      answer(response, 200, await perform(request.method ?? '', path, url.searchParams, json, { type, body }))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      api.refused.push({ path, body: json, why: `${error.message} ${error.details ?? ''}` })
      answer(response, error.status, error.body())
    }
  }

  async function perform(
    method: string,
    path: string,
    query: URLSearchParams,
    json: unknown,
    form: { type: string; body: Buffer },
  ): Promise<unknown> {
    switch (`${method} ${path}`) {
      case `POST ${phoneNumberId}/messages`:
        return send(json)
      case `POST ${phoneNumberId}/media`:
        return { id: await api.media.upload(form.type, new Uint8Array(form.body)) }
      case `GET ${phoneNumberId}`:
        return {
          display_phone_number: options.displayNumber ?? '+1 555-078-3881',
          verified_name: 'Lucky Shrub',
          id: phoneNumberId,
        }
      case `POST ${phoneNumberId}`:
        await register(json)
        return { success: true }
      case `POST ${businessAccountId}/subscribed_apps`:
        return { success: true }
      case `GET ${businessAccountId}/message_templates`:
        return templatesPage(api.templates, query)
      default:
        return describeFile(method, path)
    }
  }

  function send(json: unknown): unknown {
    const receipt = receiptSchema.safeParse(json)
    if (receipt.success) {
      api.receipts.push({ message_id: receipt.data.message_id, typing: receipt.data.typing_indicator !== undefined })
      return { success: true }
    }
    const parsed = messageSchema.safeParse(json)
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      throw refusal(400, 100, 'Invalid parameter', `${issue?.path.join('.')}: ${issue?.message}`)
    }
    const sent = parsed.data
    for (const id of fileIds(sent)) {
      if (!api.media.get(id))
        throw refusal(400, 131009, 'Parameter value is not valid', `Media ID ${id} does not exist.`)
    }
    if (sent.type === 'template') checkTemplate(api.templates, sent.template)
    else if (closed.has(sent.to ?? sent.recipient ?? '')) {
      throw refusal(
        400,
        131047,
        'Re-engagement message',
        'Message failed to send because more than 24 hours have passed since the customer last replied to this number.',
      )
    }
    const id = `wamid.${randomBytes(18).toString('base64')}`
    api.messages.push({ id, sent })
    const contact = sent.to
      ? { input: sent.to, wa_id: sent.to.replace('+', ''), ...(sent.recipient && { user_id: sent.recipient }) }
      : { input: sent.recipient, user_id: sent.recipient }
    return { messaging_product: 'whatsapp', contacts: [contact], messages: [{ id }] }
  }

  /** The vendor asks an address before it sends anything there. */
  async function register(json: unknown): Promise<void> {
    const { webhook_configuration: given } = (json ?? {}) as {
      webhook_configuration?: { override_callback_uri?: string; verify_token?: string }
    }
    const url = given?.override_callback_uri ?? ''
    if (!URL.canParse(url) || url.length > 200) throw refusal(400, 100, 'Invalid parameter', 'override_callback_uri')
    const asked = new URL(url)
    const challenge = String(Math.floor(Math.random() * 10 ** 9))
    asked.search = new URLSearchParams({
      'hub.mode': 'subscribe',
      'hub.challenge': challenge,
      'hub.verify_token': given?.verify_token ?? '',
    }).toString()
    const said = await fetch(asked).then(
      (response) => response.text(),
      () => undefined,
    )
    if (said !== challenge)
      throw refusal(
        400,
        2200,
        'Callback verification failed',
        `Response does not match challenge: ${said?.slice(0, 40)}`,
      )
    callback = { url, verifyToken: given?.verify_token ?? '' }
  }

  function describeFile(method: string, path: string): unknown {
    const file = method === 'GET' ? api.media.get(path) : undefined
    if (!file) throw refusal(400, 33, `Unsupported ${method} request. Object with ID '${path}' does not exist`)
    return {
      messaging_product: 'whatsapp',
      url: `${api.fileHost ?? api.url}/attachments/?mid=${path}`,
      mime_type: file.mime,
      sha256: 'x',
      file_size: file.bytes.byteLength,
      id: path,
    }
  }

  function sendFile(response: ServerResponse, id: string): void {
    const file = api.media.get(id)
    if (!file) return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': file.mime, 'content-length': file.bytes.byteLength })
    response.end(file.bytes)
  }

  function suffer(fault: Fault, request: IncomingMessage, response: ServerResponse): void {
    if (fault.kind === 'drop') return void request.socket.destroy()
    if (fault.kind === 'hang') return
    if (fault.kind === 'garbage') return void response.writeHead(fault.status).end('<html>Sorry</html>')
    const { status, code, title = 'Error', details, headers } = fault
    answer(response, status, new Refusal(status, code, title, details).body(), headers)
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const api: CloudApi = {
    url: `http://127.0.0.1:${port}`,
    messages: [],
    receipts: [],
    refused: [],
    calls: [],
    media: new MediaShelf(),
    templates: options.templates ?? [],
    fileHost: undefined,
    inject: (fault, times = 1) => void faults.push(...Array<Fault>(times).fill(fault)),
    closeWindow: (address) => void closed.add(address),
    callback: () => callback,
    async push(payload) {
      const body = JSON.stringify(payload)
      const signature = `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`
      const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signature }
      return (await fetch(callback!.url, { method: 'POST', headers, body })).status
    },
    statusOf(id, status, { phone, userId }) {
      const sent = api.messages.find((message) => message.id === id)?.sent
      const failed = status === 'failed'
      const told = {
        id,
        status,
        timestamp: '1790000000',
        ...(phone && { recipient_id: phone }),
        ...(userId && !failed && { recipient_user_id: userId }),
        ...(sent?.biz_opaque_callback_data && { biz_opaque_callback_data: sent.biz_opaque_callback_data }),
        ...(failed && { errors: [{ code: 131026, title: 'Message undeliverable' }] }),
      }
      const contacts = failed ? undefined : [{ profile: { name: 'Pablo M.' }, wa_id: phone, user_id: userId }]
      const metadata = { display_phone_number: '15550783881', phone_number_id: phoneNumberId }
      const value = { messaging_product: 'whatsapp', metadata, contacts, statuses: [told] }
      return {
        object: 'whatsapp_business_account',
        entry: [{ id: businessAccountId, changes: [{ value, field: 'messages' }] }],
      }
    },
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return api
}

function fileIds(sent: SentMessage): string[] {
  return [...JSON.stringify(sent).matchAll(/"(?:image|video|audio|document|sticker)":\{"id":"([^"]+)"/g)].map(
    ([, id]) => id!,
  )
}

function answer(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}
