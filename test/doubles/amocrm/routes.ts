import { itemRoutes } from './item-routes.ts'
import { listRoutes } from './list-routes.ts'
import { noteRoutes } from './note-routes.ts'
import type { Reply } from './pages.ts'
import { problem } from './refusal.ts'
import type { Call, Route } from './route.ts'
import { taskRoutes } from './task-routes.ts'
import { webhookRoutes } from './webhook-routes.ts'

const routes: Route[] = [...listRoutes, ...webhookRoutes, ...noteRoutes, ...taskRoutes, ...itemRoutes]

/** Answers a call; throws a refusal for what breaks the vendor's rules. */
export function answerCall(call: Omit<Call, 'params'>): Reply {
  const here = routes.filter(({ path }) => path.test(call.path))
  if (here.length === 0) throw problem(404, `There is no /api/v4/${call.path}.`)
  const route = here.find(({ method }) => method === call.method)
  if (route === undefined) throw problem(405, `/api/v4/${call.path} takes no ${call.method}.`)
  return route.answer({ ...call, params: route.path.exec(call.path)!.slice(1) })
}
