import type { Context } from 'hono'
import { type SSEStreamingApi, streamSSE } from 'hono/streaming'
import type { PageHost, PageMessage } from '../../src/conversations/channel.ts'

const batchSize = 100
const heartbeatMs = 15_000

/**
 * Streams a thread as server-sent events: first what stands above `after`, then `ready`, then whatever comes.
 * Each `message` event carries the message's number as its id; an interrupted page asks again from the last one it saw.
 */
export async function streamThread(
  c: Context,
  host: PageHost,
  channelId: number,
  thread: string,
  after: number,
): Promise<Response> {
  const news = new Bell()
  // Listening starts before the first look, so nothing can come in between.
  const unwatch = host.watch(channelId, thread, () => news.ring())
  const read = (from: number) => host.history(channelId, thread, from, batchSize)
  const first = await read(after).catch((error) => {
    unwatch()
    throw error
  })
  // Without it a proxy such as nginx holds events back until a buffer is full.
  c.header('X-Accel-Buffering', 'no')
  return streamSSE(c, async (stream) => {
    const heartbeat = setInterval(() => stream.write(': still here\n\n'), heartbeatMs).unref()
    stream.onAbort(() => news.ring())
    try {
      await follow(stream, news, read, first, after)
    } catch {
      // The page comes back by itself, and a fault that lasts then shows in the answer to its request.
    } finally {
      clearInterval(heartbeat)
      unwatch()
    }
  })
}

/** Writes batch after batch, and waits for the bell whenever there is no more. */
async function follow(
  stream: SSEStreamingApi,
  news: Bell,
  read: (after: number) => Promise<PageMessage[]>,
  first: PageMessage[],
  after: number,
): Promise<void> {
  let batch = first
  let last = after
  let ready = false
  while (!stream.aborted) {
    for (const message of batch) {
      await stream.writeSSE({ event: 'message', id: `${message.id}`, data: JSON.stringify(message) })
    }
    last = batch.at(-1)?.id ?? last
    if (batch.length < batchSize) {
      if (!ready) await stream.writeSSE({ event: 'ready', data: '' })
      ready = true
      await news.heard()
    }
    if (!stream.aborted) batch = await read(last)
  }
}

/** Remembers one ring until it is heard. */
class Bell {
  #rung = false
  #hear: (() => void) | undefined

  ring(): void {
    this.#rung = true
    this.#hear?.()
  }

  async heard(): Promise<void> {
    if (!this.#rung) await new Promise<void>((resolve) => (this.#hear = resolve))
    this.#rung = false
    this.#hear = undefined
  }
}
