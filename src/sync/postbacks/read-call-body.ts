import { AppError, messageOf } from '../../platform/errors.ts'
import { nestForm, readForm } from '../../platform/nested-form.ts'
import { storable } from '../../platform/storable.ts'

/** A call as it came. */
export interface RawCall {
  method: string
  url: URL
  headers: Headers
  body: Uint8Array
}

/**
 * The values that a call sends: JSON, a form (`user[phone]` is a member of `user`, repeated fields are lists), or the query of a
 * GET. Throws `invalid` when it cannot be read, and `too_large` beyond our limits of size and depth.
 */
export async function readCallBody({ method, url, headers, body }: RawCall): Promise<unknown> {
  const value = method === 'GET' ? nestForm(limited([...url.searchParams])) : await readContent(headers, body)
  checkShape(value)
  return storable(value)
}

const maxBytes = 64 * 1024
const maxFields = 2_000
const maxDepth = 20
const maxValues = 10_000

async function readContent(headers: Headers, body: Uint8Array): Promise<unknown> {
  const [type, charset] = contentType(headers)
  if (body.length > maxBytes) throw tooLarge(`The body is larger than the limit of ${maxBytes} bytes.`)
  try {
    if (type === 'multipart/form-data') return nestForm(limited(await readMultipart(headers, body)))
    const decoder = new TextDecoder(charset)
    if (type !== 'application/x-www-form-urlencoded') return readJson(decoder.decode(body))
    const text = Buffer.from(body).toString('latin1')
    return nestForm(limited(readForm(text, (bytes) => decoder.decode(bytes))))
  } catch (error) {
    if (error instanceof AppError) throw error
    const message = `The body can be read neither as JSON nor as a form: ${messageOf(error)}`
    throw new AppError('invalid', message, { cause: error })
  }
}

function readJson(text: string): unknown {
  return text.trim() === '' ? null : JSON.parse(text)
}

function contentType(headers: Headers): [type: string, charset: string] {
  const text = headers.get('content-type') ?? ''
  const [, charset] = /;\s*charset="?([\w:.-]+)/i.exec(text) ?? []
  return [text.split(';')[0]!.trim().toLowerCase(), charset ?? 'utf-8']
}

async function readMultipart(headers: Headers, body: Uint8Array): Promise<[string, string][]> {
  const response = new Response(body as Uint8Array<ArrayBuffer>, {
    headers: { 'content-type': headers.get('content-type')! },
  })
  // Of a file its name is worth knowing; its bytes are not for us.
  return [...(await response.formData())].map(([name, value]) => [name, typeof value === 'string' ? value : value.name])
}

function limited(fields: [string, string][]): [string, string][] {
  if (fields.length <= maxFields) return fields
  throw tooLarge(`The form has more than ${maxFields} fields.`)
}

/** Goes through a value without recursion: what comes from outside may be deeper than the stack. */
function checkShape(value: unknown): void {
  const open: [unknown, number][] = [[value, 0]]
  for (let seen = 0; open.length > 0; seen++) {
    const [node, depth] = open.pop()!
    if (typeof node !== 'object' || node === null) continue
    if (depth >= maxDepth) throw tooLarge(`The body is deeper than ${maxDepth} levels.`)
    if (seen > maxValues) throw tooLarge(`The body has more than ${maxValues} values.`)
    for (const item of Object.values(node)) open.push([item, depth + 1])
  }
}

function tooLarge(message: string): AppError {
  return new AppError('too_large', message)
}
