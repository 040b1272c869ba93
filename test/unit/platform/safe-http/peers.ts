import type { RequestListener } from 'node:http'
import type { LookupFunction } from 'node:net'
import { createSafeHttp, type SafeHttp, type SafeRequest } from '../../../../src/platform/safe-http/safe-http.ts'
import { startServer, type TestServer } from './server.ts'

const open: { close(): Promise<void> }[] = []

/** Ends all that was opened since the last time. */
export async function closeAll(): Promise<void> {
  await Promise.all(open.splice(0).map((each) => each.close()))
}

/** A server on loopback that is closed after the test. */
export async function server(answer: RequestListener = (_, response) => response.end('secret')): Promise<TestServer> {
  const started = await startServer(answer)
  open.unshift(started)
  return started
}

/** A client of the program, likewise. */
export function client(allowedPrivateHosts: string[] = [], lookup?: LookupFunction): SafeHttp {
  const http = createSafeHttp({ allowedPrivateHosts, ...(lookup && { lookup }) })
  open.push(http)
  return http
}

/** A resolver that knows these names only, each with the answers it gives in turn. */
export function names(table: Record<string, string[]>): LookupFunction {
  return (hostname, _, callback) => {
    const answers = table[hostname]
    if (!answers)
      return callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' }), [])
    const address = answers.length > 1 ? answers.shift()! : answers[0]!
    callback(null, [{ address, family: address.includes(':') ? 6 : 4 }])
  }
}

export const get = (url: string, more: Partial<SafeRequest> = {}): SafeRequest => ({ method: 'GET', url, ...more })
export const text = (body: Uint8Array): string => Buffer.from(body).toString()
