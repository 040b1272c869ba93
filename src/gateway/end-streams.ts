import type { Transformer } from 'node:stream/web'
import type { MiddlewareHandler } from 'hono'

/** Ends open event streams when the program stops; otherwise the server would wait for them. */
export function endStreams(stopping: AbortSignal): MiddlewareHandler {
  return async (c, next) => {
    await next()
    const { body, headers } = c.res
    if (!body || !headers.get('content-type')?.startsWith('text/event-stream')) return
    c.res = new Response(body.pipeThrough(endedBy(stopping)), c.res)
  }
}

/** Passes everything on, and comes to an orderly end with the signal. */
function endedBy(signal: AbortSignal): TransformStream<Uint8Array, Uint8Array> {
  let forget = () => {}
  const transformer: Transformer<Uint8Array, Uint8Array> & { cancel(): void } = {
    start(controller) {
      const end = () => controller.terminate()
      forget = () => signal.removeEventListener('abort', end)
      signal.addEventListener('abort', end, { once: true })
    },
    flush: () => forget(),
    cancel: () => forget(),
  }
  return new TransformStream(transformer)
}
