import type { Hono } from 'hono'
import type { HookRequest, HookResponse } from '../conversations/channel.ts'
import { AppError } from '../platform/errors.ts'
import { hear } from '../sync/exchange/hear.ts'
import type { OpenIntegration } from '../sync/integrations/crm-hub.ts'
import { calledAddress } from './called-address.ts'
import { readBody } from './read-body.ts'
import type { Services } from './services.ts'

/** Bytes: the largest that a vendor is known to send has three million. */
const largestHook = 4 * 1_048_576

type Parts = Pick<Services, 'db' | 'clock' | 'channels' | 'crms' | 'road' | 'publicUrl'>

/**
 * Mounts `/hooks/{id}`, where vendors tell us of messages, and other CRMs of what changed: the adapter checks and reads the request, what it
 * says is stored, then the vendor gets its answer. Nothing else stands on this path: it takes thousands of requests a second.
 */
export function mountHooks(app: Hono, parts: Parts): void {
  app.all('/hooks/:id', async (c) => {
    const receive = await receiverOf(parts, c.req.param('id'))
    if (!receive)
      throw new AppError(
        'not_found',
        'No channel or integration listens at this address; connect it again to learn its present one.',
      )
    const body = await readBody(c.req.raw, largestHook)
    const { response } = await receive({
      method: c.req.method,
      url: calledAddress(c.req.url, parts.publicUrl),
      headers: c.req.raw.headers,
      body,
    })
    return new Response(response.body ?? null, { status: response.status, headers: response.headers })
  })
}

type Receive = (request: HookRequest) => Promise<{ response: HookResponse }>

/** Whoever listens at an address: the open ones first, which cost nothing to look up. */
async function receiverOf(parts: Parts, hookId: string): Promise<Receive | undefined> {
  const { channels, crms, road } = parts
  const open = crms.byHook(hookId)
  const channel = open ? undefined : await channels.byHook(hookId)
  if (!channel) {
    const integration = open ?? (await crms.findByHook(hookId))
    return integration && ((request) => receiveOfCrm(parts, integration, request))
  }
  return async (request) => {
    const { response, events } = await channel.adapter.receive(request)
    if (events.length > 0) await road.receive(channel.id, events)
    return { response }
  }
}

/** Notes what changed there in one commit; it is read anew afterwards, when the other CRM has its answer. */
async function receiveOfCrm(
  { db, clock, crms }: Parts,
  { integration, adapter }: OpenIntegration,
  request: HookRequest,
): Promise<{ response: HookResponse }> {
  const { response, heard } = await adapter.receive(request)
  if (heard.length > 0) {
    await db.transaction((tx) => hear(tx, integration.id, heard, clock.now()))
    crms.wake(integration.id)
  }
  return { response }
}
