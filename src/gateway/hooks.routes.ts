import type { Hono } from 'hono'
import { AppError } from '../platform/errors.ts'
import { readBody } from './read-body.ts'
import type { Services } from './services.ts'

/** Bytes: the largest that a vendor is known to send has three million. */
const largestHook = 4 * 1_048_576

/**
 * Mounts `/hooks/{id}`, where vendors tell us of messages: the adapter checks and reads the request, the events are
 * stored, then the vendor gets its answer. Nothing else stands on this path: it takes thousands of requests a second.
 */
export function mountHooks(
  app: Hono,
  { channels, road, publicUrl }: Pick<Services, 'channels' | 'road' | 'publicUrl'>,
): void {
  app.all('/hooks/:id', async (c) => {
    const channel = await channels.byHook(c.req.param('id'))
    if (!channel)
      throw new AppError(
        'not_found',
        'No channel listens at this address; connect the channel again to learn its present one.',
      )
    const body = await readBody(c.req.raw, largestHook)
    const { response, events } = await channel.adapter.receive({
      method: c.req.method,
      url: addressOf(c.req.url, publicUrl),
      headers: c.req.raw.headers,
      body,
    })
    if (events.length > 0) await road.receive(channel.id, events)
    return new Response(response.body ?? null, { status: response.status, headers: response.headers })
  })
}

/** The address as the vendor called it: behind a proxy our own host is another one. */
function addressOf(url: string, publicUrl: string): URL {
  const local = new URL(url)
  return new URL(publicUrl + local.pathname + local.search)
}
