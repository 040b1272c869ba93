import type { Agent, Dispatcher } from 'undici'
import { AppError } from '../errors.ts'

/** One request as it goes over the wire. */
export interface Exchange {
  method: string
  url: URL
  headers: Record<string, string>
  body: string | Uint8Array | undefined
  maxResponseBytes: number
  signal: AbortSignal
}

/** What came back. */
export interface Answer {
  status: number
  headers: Record<string, string>
  body: Uint8Array
}

/**
 * Sends one request and collects its answer; the signal ends it at any moment, also while it still waits for a connection.
 * It rejects with the signal's reason, with `too_large`, or with what undici met.
 */
export function exchange(
  agent: Agent,
  { method, url, headers, body, maxResponseBytes, signal }: Exchange,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined
    let status = 0
    let answered: Record<string, string> = {}
    const chunks: Uint8Array[] = []
    let size = 0

    const give = (error: Error) => {
      signal.removeEventListener('abort', abort)
      reject(error)
      controller?.abort(error)
    }
    const abort = () => give(signal.reason as Error)
    if (signal.aborted) return reject(signal.reason)
    signal.addEventListener('abort', abort)

    agent.dispatch(
      { origin: url.origin, path: url.pathname + url.search, method: method as Dispatcher.HttpMethod, headers, body },
      {
        onRequestStart(started) {
          controller = started
          if (signal.aborted) started.abort(signal.reason as Error)
        },
        onResponseStart(_, code, received) {
          status = code
          answered = Object.fromEntries(
            Object.entries(received).map(([name, value]) => [
              name,
              Array.isArray(value) ? value.join(', ') : (value ?? ''),
            ]),
          )
          if (method !== 'HEAD' && Number(answered['content-length']) > maxResponseBytes)
            give(tooLarge(url, maxResponseBytes))
        },
        onResponseData(_, chunk) {
          size += chunk.length
          if (size > maxResponseBytes) give(tooLarge(url, maxResponseBytes))
          else chunks.push(chunk)
        },
        onResponseEnd() {
          signal.removeEventListener('abort', abort)
          resolve({ status, headers: answered, body: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) })
        },
        onResponseError(_, error) {
          signal.removeEventListener('abort', abort)
          reject(error)
        },
      },
    )
  })
}

function tooLarge(url: URL, limit: number): AppError {
  return new AppError('too_large', `The answer of ${url.host} is larger than the limit of ${limit} bytes.`)
}
