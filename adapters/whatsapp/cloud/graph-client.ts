import { createHmac } from 'node:crypto'
import { Readable } from 'node:stream'
import { Agent, request } from 'undici'
import { AppError, messageOf } from '../../../src/platform/errors.ts'
import type { WhatsappCloudSettings } from './settings.ts'
import { refusalError, type VendorFault } from './vendor-error.ts'

const callTimeoutMs = 30_000
const transferTimeoutMs = 120_000
/** Bytes of JSON that an answer may have. */
const largestAnswer = 8 * 1024 * 1024

export interface GraphCall {
  method?: 'GET' | 'POST'
  /** Behind the version: `106540352242922/messages`. */
  path: string
  query?: Record<string, string>
  json?: Record<string, unknown>
  /** A file on its way up, as it goes over the line. */
  form?: { type: string; size: number; body: AsyncIterable<Uint8Array> }
  signal?: AbortSignal
}

/** A file's answer, to be read or cancelled. */
export interface OpenedFile {
  status: number
  type: string | undefined
  size: number | undefined
  body: ReadableStream<Uint8Array>
}

/** Calls of the Graph API with one token. */
export interface GraphClient {
  /** Gives the answer's JSON. Throws an AppError or SendError that tells no secret. */
  call<Answer>(call: GraphCall): Promise<Answer>
  /** Opens a file's address, which only the vendor's own servers may have. */
  open(address: string): Promise<OpenedFile>
  close(): Promise<void>
}

type Answered = Awaited<ReturnType<typeof request>>

/** Opens the calls of one number. No request is made yet. */
export function openGraphClient(settings: WhatsappCloudSettings): GraphClient {
  const { accessToken, appSecret, apiVersion } = settings
  const root = settings.apiRoot.replace(/\/+$/, '')
  const dispatcher = new Agent({ connections: 64 })
  const authorization = `Bearer ${accessToken}`
  // Needed where the app demands it, and harmless elsewhere (developers.facebook.com/docs/graph-api/guides/secure-requests).
  const proof = createHmac('sha256', appSecret).update(accessToken).digest('hex')
  const secrets = [accessToken, appSecret, proof]

  async function guarded<T>(attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt()
    } catch (error) {
      throw brokenCall(error, secrets)
    }
  }

  return {
    call: ({ method = 'GET', path, query = {}, json, form, signal }) =>
      guarded(async () => {
        const limit = AbortSignal.timeout(form ? transferTimeoutMs : callTimeoutMs)
        const answer = await request(`${root}/${apiVersion}/${path}`, {
          method,
          query: { ...query, appsecret_proof: proof },
          headers: {
            authorization,
            ...(json && { 'content-type': 'application/json' }),
            ...(form && { 'content-type': form.type, 'content-length': String(form.size) }),
          },
          body: form ? Readable.from(form.body) : json ? JSON.stringify(json) : null,
          signal: signal ? AbortSignal.any([signal, limit]) : limit,
          dispatcher,
        })
        return readAnswer(answer, secrets) as never
      }),

    open: (address) =>
      guarded(async () => {
        const { href } = trustedUrl(address, new URL(root))
        const signal = AbortSignal.timeout(transferTimeoutMs)
        const { statusCode, headers, body } = await request(href, { headers: { authorization }, signal, dispatcher })
        const length = Number(headers['content-length'] ?? Number.NaN)
        return {
          status: statusCode,
          type: headerOf(headers, 'content-type'),
          size: length >= 0 ? length : undefined,
          body: Readable.toWeb(body) as ReadableStream<Uint8Array>,
        }
      }),

    close: () => dispatcher.destroy(),
  }
}

/** The token goes only to where the vendor keeps files (`lookaside.fbsbx.com`), and to the server of the settings. */
function trustedUrl(address: string, root: URL): URL {
  const url = URL.parse(address)
  const vendors = url?.protocol === 'https:' && /(^|\.)fbsbx\.com$/.test(url.hostname) && url.port === ''
  if (url && (vendors || url.origin === root.origin)) return url
  const where = url ? url.host : 'no address'
  throw new AppError('refused_address', `WhatsApp named ${where} for a file: expected a host of fbsbx.com.`)
}

/** The JSON of a success; whatever else came is thrown. */
async function readAnswer({ statusCode: status, headers, body }: Answered, secrets: string[]): Promise<unknown> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    if (size > largestAnswer)
      throw new AppError('too_large', `WhatsApp answered with more than ${largestAnswer} bytes.`)
    chunks.push(chunk)
  }
  const answer = parseObject(Buffer.concat(chunks).toString())
  const fault = answer?.error as VendorFault | undefined
  const succeeded = status >= 200 && status < 300 && !fault
  if (succeeded && answer) return answer
  if (succeeded) throw new AppError('unavailable', 'WhatsApp answered with something other than a JSON object.')
  const said = JSON.parse(withoutSecrets(JSON.stringify(fault ?? {}), secrets)) as VendorFault
  throw refusalError({ status, fault: said, retryAfterMs: retryAfterMs(headers) })
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** Seconds by `Retry-After`; minutes by the usage headers (developers.facebook.com/docs/graph-api/overview/rate-limiting). */
function retryAfterMs(headers: Answered['headers']): number | undefined {
  const seconds = Number(headerOf(headers, 'retry-after') ?? Number.NaN)
  if (seconds > 0) return seconds * 1000
  const usage = headerOf(headers, 'x-business-use-case-usage') ?? ''
  const minutes = Number(/"estimated_time_to_regain_access":\s*(\d+)/.exec(usage)?.[1])
  return minutes > 0 ? minutes * 60_000 : undefined
}

function headerOf(headers: Answered['headers'], name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

function brokenCall(error: unknown, secrets: string[]): AppError {
  if (error instanceof AppError) return error
  const { name } = error as { name?: string }
  if (name === 'TimeoutError') return new AppError('timeout', 'WhatsApp did not answer in time.')
  if (name === 'AbortError') return new AppError('timeout', 'The call to WhatsApp was ended before it was answered.')
  return new AppError('unavailable', `WhatsApp could not be reached: ${withoutSecrets(messageOf(error), secrets)}`)
}

function withoutSecrets(text: string, secrets: string[]): string {
  return secrets.reduce((clear, secret) => clear.replaceAll(secret, '<secret>'), text)
}
