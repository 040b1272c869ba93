import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { Hono } from 'hono'
import { etag } from 'hono/etag'
import type { PageHost } from '../../src/conversations/channel.ts'
import { AppError } from '../../src/platform/errors.ts'
import { webchatSettings } from './settings.ts'
import { streamThread } from './stream.ts'
import { identifyVisitor } from './visitor.ts'

const directory = join(import.meta.dirname, 'page')
const mediaTypes: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
}

/**
 * The pages of every web chat, mounted at `/channels/webchat`:
 * `/{hookId}` the chat itself; `/{hookId}/widget.js` the button for a site's corner; `/{hookId}/events` the visitor's
 * thread as server-sent events, from `?after=` or `Last-Event-ID` on; the rest are the page's own scripts and style.
 */
export function webchatPages(host: PageHost): Hono {
  const html = readFileSync(join(directory, 'chat.html'), 'utf8')
  const assets = new Map(
    readdirSync(directory)
      .filter((name) => extname(name) in mediaTypes)
      .map((name) => [name, readFileSync(join(directory, name), 'utf8')]),
  )
  const app = new Hono()

  app.get('/:hookId', etag(), async (c) => {
    const hookId = c.req.param('hookId')
    const channel = await findChannel(host, hookId)
    return c.body(fillIn(html, { ...channel.settings, hookId, title: channel.settings.title ?? channel.name }), 200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': contentPolicy(channel.settings.allowedOrigins),
      'Cache-Control': 'no-cache',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
    })
  })

  app.get('/:hookId/', (c) => c.redirect(`../${encodeURIComponent(c.req.param('hookId'))}`))

  app.get('/:hookId/events', async (c) => {
    const channel = await findChannel(host, c.req.param('hookId'))
    const visitor = identifyVisitor(c.req.header('authorization'), channel.id, channel.settings.identitySecret)
    const after = readNumber(c.req.header('last-event-id') ?? c.req.query('after') ?? '0')
    return streamThread(c, host, channel.id, visitor.thread.id, after)
  })

  app.get('/:hookId/:file', etag(), async (c) => {
    const { hookId, file } = c.req.param()
    const asset = assets.get(file)
    if (asset === undefined) throw new AppError('not_found', `The web chat has no file "${file}".`)
    const body = file === 'widget.js' ? fillIn(asset, (await findChannel(host, hookId)).settings) : asset
    return c.body(body, 200, {
      'Content-Type': mediaTypes[extname(file)]!,
      'Cache-Control': 'no-cache',
      // The widget is a part of other people's sites.
      'Cross-Origin-Resource-Policy': 'cross-origin',
      'X-Content-Type-Options': 'nosniff',
    })
  })

  return app
}

async function findChannel(host: PageHost, hookId: string) {
  const channel = await host.channel(hookId)
  if (!channel) throw new AppError('not_found', 'There is no web chat at this address, or it is switched off.')
  return { ...channel, settings: webchatSettings.parse(channel.settings) }
}

/** Puts the channel's looks where `{{…}}` stands. */
function fillIn(text: string, values: Record<string, unknown>): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => escapeHtml(String(values[name] ?? '')))
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)
}

/** Only our own scripts and styles run; pictures and films may come from anywhere, for that is where media are. */
function contentPolicy(allowedOrigins: readonly string[]): string {
  const ancestors = allowedOrigins.length > 0 ? ["'self'", ...allowedOrigins] : ['*']
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    'img-src http: https: data:',
    'media-src http: https:',
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${ancestors.join(' ')}`,
  ].join('; ')
}

function readNumber(text: string): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= 0) return number
  throw new AppError('invalid', `"${text}" is no message number: expected a whole number from 0 on.`)
}
