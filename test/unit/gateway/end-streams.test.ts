import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { endStreams } from '../../../src/gateway/end-streams.ts'

function appWith(stop: AbortController, type: string, onCancel = () => {}): Hono {
  const app = new Hono()
  app.use('*', endStreams(stop.signal))
  app.get('/', () => {
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode('data: 1\n\n')),
      cancel: onCancel,
    })
    return new Response(body, { headers: { 'content-type': type } })
  })
  return app
}

describe('an event stream of a channel', () => {
  it('comes to an orderly end when the program stops, and its source is let go', async () => {
    const stop = new AbortController()
    const cancelled = Promise.withResolvers<void>()
    const response = await appWith(stop, 'text/event-stream', cancelled.resolve).request('/')
    const reader = response.body!.getReader()
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('data: 1\n\n')
    stop.abort()
    expect((await reader.read()).done).toBe(true)
    await cancelled.promise
  })

  it('is let go when its reader leaves', async () => {
    const cancelled = Promise.withResolvers<void>()
    const response = await appWith(new AbortController(), 'text/event-stream', cancelled.resolve).request('/')
    await response.body!.cancel()
    await cancelled.promise
  })

  it('is the only kind of answer that is touched', async () => {
    const stop = new AbortController()
    const response = await appWith(stop, 'text/plain').request('/')
    stop.abort()
    const { value } = await response.body!.getReader().read()
    expect(new TextDecoder().decode(value)).toBe('data: 1\n\n')
  })
})
