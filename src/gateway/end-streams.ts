import type { MiddlewareHandler } from 'hono'

/** Ends open event streams when the program stops; otherwise the server would wait for them. */
export function endStreams(stopping: AbortSignal): MiddlewareHandler {
  return async (c, next) => {
    await next()
    const { body, headers } = c.res
    if (!body || !headers.get('content-type')?.startsWith('text/event-stream')) return
    c.res = new Response(body.pipeThrough(new TransformStream(), { signal: stopping }), c.res)
  }
}
