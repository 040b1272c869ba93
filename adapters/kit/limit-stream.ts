import { AppError } from '../../src/platform/errors.ts'

/** Lets a stream through up to so many bytes; one that goes on breaks with `too_large`. */
export function limitStream(body: ReadableStream<Uint8Array>, maxBytes: number): ReadableStream<Uint8Array> {
  let seen = 0
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        seen += chunk.byteLength
        if (seen > maxBytes) {
          throw new AppError('too_large', `The file is larger than ${maxBytes} bytes, the most that is let through.`)
        }
        controller.enqueue(chunk)
      },
    }),
  )
}
