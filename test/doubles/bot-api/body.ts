import type { IncomingMessage } from 'node:http'
import { badRequest } from './refusal.ts'
import { fromForm, type Params } from './validate.ts'

/** Reads the parameters of a call from its query and its body: JSON, urlencoded or multipart. */
export async function readParams(request: IncomingMessage, method: string, query: string): Promise<Params> {
  const inQuery = query === '' ? {} : fromForm(method, Object.fromEntries(new URLSearchParams(query)))
  const body = await readBody(request)
  if (body.length === 0) return inQuery
  const type = request.headers['content-type'] ?? ''
  if (type.startsWith('application/json')) return { ...inQuery, ...parseJson(body) }
  if (/^(multipart\/form-data|application\/x-www-form-urlencoded)/.test(type)) {
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
    return { ...inQuery, ...fromForm(method, Object.fromEntries(form)) }
  }
  return inQuery
}

function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)))
    request.on('error', reject)
  })
}

function parseJson(body: Buffer): Params {
  try {
    const value = JSON.parse(body.toString())
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // told below
  }
  throw badRequest("can't parse JSON object")
}
