import type { Account } from './account.ts'
import type { Webhook } from './hooks.ts'
import { checkQuery, type Reply } from './pages.ts'
import { problem } from './refusal.ts'
import type { Call, Route } from './route.ts'
import { gonWebhook, newWebhook, readOne } from './schemas.ts'

/** Subscriptions of webhooks (crm_platform/webhooks-api): one an address. */
export const webhookRoutes: Route[] = [
  { method: 'GET', path: /^webhooks$/, answer: list },
  { method: 'POST', path: /^webhooks$/, answer: subscribe },
  { method: 'DELETE', path: /^webhooks$/, answer: unsubscribe },
]

const most = 100

function list({ account, hooks, query }: Call): Reply {
  checkQuery(query, { further: ['filter[destination]'] })
  const wanted = query.get('filter[destination]')
  const found = [...hooks.subscriptions.values()].filter(({ destination }) => wanted === null || destination === wanted)
  if (found.length === 0) return { status: 204 }
  const webhooks = found.map((webhook) => show(account, webhook))
  return { status: 200, body: { _total_items: webhooks.length, _embedded: { webhooks } } }
}

function subscribe({ account, hooks, json, query }: Call): Reply {
  checkQuery(query, {})
  const { destination, settings, sort = 10 } = readOne(newWebhook, json)
  const known = hooks.subscriptions.get(destination)
  if (known === undefined && hooks.subscriptions.size >= most) throw problem(400, `There are ${most} webhooks already.`)
  const at = account.now()
  const { id = account.nextId(), createdAt = at } = known ?? {}
  const webhook = { id, destination, settings, sort, createdAt, updatedAt: at }
  hooks.subscriptions.set(destination, webhook)
  return { status: 201, body: show(account, webhook) }
}

function unsubscribe({ hooks, json, query }: Call): Reply {
  checkQuery(query, {})
  hooks.subscriptions.delete(readOne(gonWebhook, json).destination)
  return { status: 204 }
}

function show(account: Account, { id, destination, settings, sort, createdAt, updatedAt }: Webhook): unknown {
  const times = { created_at: createdAt, updated_at: updatedAt, created_by: 0 }
  return { id, destination, ...times, account_id: account.id, sort, disabled: false, settings }
}
