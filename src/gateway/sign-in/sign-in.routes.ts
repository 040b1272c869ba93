import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Hono } from 'hono'
import { toString as drawQr } from 'qrcode'
import * as calls from '../../conversations/channels/sign-in.schemas.ts'
import { readSignIn, signIn } from '../../conversations/channels/sign-in.ts'
import { AppError } from '../../platform/errors.ts'
import { parseInput } from '../../platform/faults.ts'
import { type Route, route } from '../../team/route.ts'
import { readBody } from '../read-body.ts'
import type { Services } from '../services.ts'

type Parts = Pick<Services, 'db' | 'vault' | 'clock' | 'publicUrl' | 'orders'>

/** How long the address of a page counts, in milliseconds. */
const pageMs = 60 * 60 * 1000
const seal = 'sign-in:page'
const largestStep = 4096

/** The calls about signing in to accounts of channels. */
export function signInRoutes(parts: Parts): Route[] {
  const { db, vault, clock, publicUrl, orders } = parts
  const page = (projectId: number, channelId: number) => {
    const until = clock.now().getTime() + pageMs
    return `${publicUrl}/sign-in/${vault.seal(`${projectId} ${channelId} ${until}`, seal).replaceAll(':', '~')}`
  }
  return [
    route(calls.getSignIn, async ({ context: { projectId }, params }) => ({
      ...(await readSignIn(db, projectId, params.id)),
      page: page(projectId, params.id),
    })),
    route(calls.postSignIn, async ({ context: { projectId }, params, body }) => ({
      ...(await signIn(db, { projectId, channelId: params.id, step: body }, orders)),
      page: page(projectId, params.id),
    })),
  ]
}

/** Mounts the page on which a person signs in to an account by hand: `/sign-in/{link}`, with what it reads and posts. */
export function mountSignIn(app: Hono, { db, vault, clock, orders }: Parts): void {
  const led = (link: string) => {
    const [projectId, channelId, until] = opened(vault, link).split(' ').map(Number)
    if (until! <= clock.now().getTime()) {
      throw new AppError('gone', 'The time of this page is over; ask `/channels/{id}/sign-in` for a new one.')
    }
    return { projectId: projectId!, channelId: channelId! }
  }
  app.get('/sign-in/:link', async (c) => {
    led(c.req.param('link'))
    c.header('content-security-policy', "default-src 'self' data: 'unsafe-inline'; frame-ancestors 'none'")
    c.header('referrer-policy', 'no-referrer')
    return c.html(await readFile(join(import.meta.dirname, 'sign-in.html'), 'utf8'))
  })
  app.get('/sign-in/:link/state', async (c) => {
    const { projectId, channelId } = led(c.req.param('link'))
    const { qr, ...state } = await readSignIn(db, projectId, channelId)
    return c.json({ ...state, picture: qr && (await drawQr(qr, { type: 'svg', margin: 2 })) })
  })
  app.post('/sign-in/:link/step', async (c) => {
    const { projectId, channelId } = led(c.req.param('link'))
    const text = new TextDecoder().decode(await readBody(c.req.raw, largestStep))
    const step = parseInput(calls.signInStepSchema, readJson(text), 'step')
    const { waitsFor } = await signIn(db, { projectId, channelId, step }, orders)
    return c.json({ waitsFor })
  })
}

function opened(vault: Parts['vault'], link: string): string {
  try {
    return vault.open(link.replaceAll('~', ':'), seal)
  } catch (cause) {
    throw new AppError('not_found', 'This address leads nowhere.', { cause })
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new AppError('invalid', 'The step is not JSON.', { cause })
  }
}
