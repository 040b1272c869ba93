import type { Context, Hono } from 'hono'
import type { Keyring } from '../team/authenticate-key.ts'
import type { Call, Route } from '../team/route.ts'
import { authenticate } from './authenticate.ts'
import { problemOf } from './problems.ts'
import { readInput } from './read-input.ts'
import { requestIdOf } from './request-id.ts'
import type { Services } from './services.ts'

export const apiBase = '/api/v1'

/** Mounts calls of the API: each one checks the key, its access and the input, and answers in the shape of its schema. */
export function mountRoutes(app: Hono, routes: readonly Route[], services: Services, keyring: Keyring): void {
  for (const route of routes) {
    const { operation } = route
    const path = apiBase + operation.path.replaceAll(/\{(\w+)\}/g, ':$1')
    app.on(operation.method.toUpperCase(), path, async (c) => {
      const requestId = requestIdOf(c.req.raw)
      const stopTimer = services.metrics.httpSeconds.startTimer({ operation: operation.id })
      const response = await answer(route, c, services, keyring).catch((error) =>
        problemOf(error, requestId, services.log),
      )
      response.headers.set('x-request-id', requestId)
      stopTimer({ status: String(response.status) })
      return response
    })
  }
}

async function answer(route: Route, c: Context, services: Services, keyring: Keyring): Promise<Response> {
  const { operation } = route
  const caller = await authenticate(keyring, operation, c.req.raw)
  const input = await readInput(operation, c)
  const context = {
    projectId: caller.projectId,
    now: services.clock.now(),
    by: { kind: 'operator' as const, id: caller.operatorId },
  }
  const result = await route.handle({ ...input, context, caller, request: c.req.raw } as Call)
  if (operation.access === 'admin' && operation.method !== 'get') services.projectChanged(caller.projectId)
  if (result instanceof Response) return result
  if (!operation.answer) return new Response(null, { status: 204 })
  const body = JSON.stringify(operation.answer.parse(result))
  return new Response(body, {
    status: operation.status ?? 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  })
}
