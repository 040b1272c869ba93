import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { uuid } from '../../platform/ids.ts'
import { type Route, route } from '../../team/route.ts'
import { getIntegration } from '../integrations/get-integration.ts'
import * as calls from './exchange.schemas.ts'
import type { CrmLink } from './link.ts'
import { linkByHand } from './link-by-hand.ts'
import { listLinks } from './links.store.ts'
import { readExchangeProgress } from './progress.store.ts'
import type { CrmPush } from './push.ts'
import { insertFilling, listPushes } from './pushes.store.ts'
import { getPush, replayPushes } from './replay-pushes.ts'
import { unlinkByHand } from './unlink-by-hand.ts'

interface Parts {
  db: Database
  clock: Clock
  crms: { wake(integrationId: number): void }
}

/** The calls about what is exchanged with other CRMs. */
export function exchangeRoutes(parts: Parts): Route[] {
  return [...pushRoutes(parts), ...linkRoutes(parts)]
}

function pushRoutes({ db, clock, crms }: Parts): Route[] {
  return [
    route(calls.getExchangeProgress, async ({ context, params }) => {
      await getIntegration(db, context.projectId, params.id)
      return readExchangeProgress(db, params.id, clock.now())
    }),
    route(calls.getPushes, async ({ context, params, query }) => {
      await getIntegration(db, context.projectId, params.id)
      const { items, nextCursor } = await listPushes(db, { integrationId: params.id, ...query })
      return { items: items.map(pushView), nextCursor }
    }),
    route(calls.getPushById, async ({ context, params: { id, pushId } }) =>
      pushView(await getPush(db, context.projectId, { integrationId: id, pushId })),
    ),
    route(calls.postPushReplay, async ({ context, params: { id, pushId } }) => {
      const answer = await db.transaction((tx) => replayPushes(tx, context, { integrationId: id, pushId }))
      crms.wake(id)
      return answer
    }),
    route(calls.postPushesReplay, async ({ context, params: { id }, body }) => {
      const answer = await db.transaction((tx) => replayPushes(tx, context, { integrationId: id, ...body }))
      crms.wake(id)
      return answer
    }),
    route(calls.postPush, async ({ context, params: { id }, body: { deals, contacts } }) => {
      await getIntegration(db, context.projectId, id)
      if (!deals && !contacts)
        throw new AppError('invalid', 'Expected deals, contacts or both: "all" or their numbers.')
      const key = `fill:${uuid()}`
      const queued = await db.transaction(async (tx) => {
        const filling = { integrationId: id, key }
        const ofDeals = deals ? await insertFilling(tx, { ...filling, entity: 'deal', ids: deals }, context.now) : 0
        if (!contacts) return ofDeals
        return ofDeals + (await insertFilling(tx, { ...filling, entity: 'contact', ids: contacts }, context.now))
      })
      crms.wake(id)
      return { queued }
    }),
  ]
}

function linkRoutes({ db, crms }: Parts): Route[] {
  return [
    route(calls.getLinks, async ({ context, params, query }) => {
      await getIntegration(db, context.projectId, params.id)
      const { items, nextCursor } = await listLinks(db, { integrationId: params.id, ...query })
      return { items: items.map(linkView), nextCursor }
    }),
    route(calls.putLink, async ({ context, params: { id }, body }) => {
      const link = await db.transaction((tx) => linkByHand(tx, context, { integrationId: id, ...body }))
      crms.wake(id)
      return linkView(link)
    }),
    route(calls.removeLink, ({ context, params: { id, linkId } }) =>
      db.transaction((tx) => unlinkByHand(tx, context, { integrationId: id, linkId })),
    ),
  ]
}

/** One that waits for its next attempt is under way for us; for who looks it waits. */
function pushView(push: CrmPush) {
  return { ...push, status: push.status === 'working' && push.startedBy === null ? ('pending' as const) : push.status }
}

function linkView({ subjectId, ...link }: CrmLink) {
  return { ...link, subjectId: subjectId! }
}
