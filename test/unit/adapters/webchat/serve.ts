import { type ServerType, serve } from '@hono/node-server'
import { Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { webchatSettings } from '../../../../adapters/webchat/settings.ts'
import { webchat } from '../../../../adapters/webchat/webchat.ts'
import { AppError } from '../../../../src/platform/errors.ts'
import { channelContext } from '../../../channel-context.ts'
import type { MemoryHost } from './memory-host.ts'

export interface Served {
  port: number
  /** Set to answer hooks with this status instead, as a program in trouble does. */
  trouble: number | undefined
  /** Set to store what comes and then drop the connection, so that the acknowledgement is lost. */
  loseAnswers: boolean
  stop(): Promise<void>
}

const statuses: Record<string, ContentfulStatusCode> = {
  invalid: 400,
  unauthenticated: 401,
  not_found: 404,
  too_large: 413,
  rate_limited: 429,
}

/** The two doors of a web chat on a host, mounted as the gateway mounts them. */
export function webchatApp(host: MemoryHost, served?: Pick<Served, 'trouble' | 'loseAnswers'>): Hono {
  const app = new Hono()
  const settings = webchatSettings.parse(host.settings)
  const adapter = webchat.create(
    channelContext(settings, {
      channel: { id: host.channelId, projectId: 1, name: 'site', settings },
      receive: (events) => host.receive(host.channelId, events),
    }),
  )
  app.onError((error, c) => {
    if (error instanceof AppError) return c.json({ detail: error.message }, statuses[error.code] ?? 500)
    return c.json({ detail: error.message }, 503)
  })
  app.post('/hooks/:id', async (c) => {
    if (served?.trouble) return c.body(null, served.trouble as ContentfulStatusCode)
    const body = new Uint8Array(await c.req.arrayBuffer())
    const received = await adapter.receive({
      method: 'POST',
      url: new URL(c.req.url),
      headers: c.req.raw.headers,
      body,
    })
    await host.receive(host.channelId, received.events)
    if (served?.loseAnswers) throw new Error('The answer was lost.')
    return c.body(
      received.response.body ?? '',
      received.response.status as ContentfulStatusCode,
      received.response.headers,
    )
  })
  app.route('/channels/webchat', webchat.pages!(host))
  return app
}

/** Serves a host on loopback; `port` 0 takes a free one. */
export function serveWebchat(host: MemoryHost, port = 0, more?: (app: Hono) => void): Promise<Served> {
  const state = { trouble: undefined as number | undefined, loseAnswers: false }
  const app = webchatApp(host, state)
  more?.(app)
  return new Promise((resolve) => {
    const server: ServerType = serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, (info) => {
      resolve(
        Object.assign(state, {
          port: info.port,
          stop: () =>
            new Promise<void>((done) => {
              server.close(() => done())
              if ('closeAllConnections' in server) server.closeAllConnections()
            }),
        }),
      )
    })
  })
}
