import { AppError } from '../platform/errors.ts'

/** Reads a request's body as it came. Throws `too_large` above `limit` bytes, before the rest is read. */
export async function readBody(request: Request, limit: number): Promise<Uint8Array> {
  const announced = request.headers.get('content-length')
  if (announced !== null) {
    if (Number(announced) > limit) throw tooLarge(limit)
    return new Uint8Array(await request.arrayBuffer())
  }
  if (!request.body) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body) {
    size += chunk.length
    if (size > limit) throw tooLarge(limit)
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

function tooLarge(limit: number): AppError {
  return new AppError('too_large', `The body is larger than the ${limit} bytes that are taken here; send less at once.`)
}
