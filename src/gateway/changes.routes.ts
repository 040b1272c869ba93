import { presentPosition } from '../platform/changes.ts'
import { type Route, route } from '../team/route.ts'
import { getChanges, getEvents } from './changes.schemas.ts'
import { eventStream } from './event-stream.ts'
import { placeOf, readPlace, readProjectChanges } from './project-changes.ts'
import type { Services } from './services.ts'

/** The calls that read the log of changes, page by page or as a stream. */
export function changesRoutes(services: Pick<Services, 'db' | 'signals' | 'stopping' | 'log'>): Route[] {
  const { db } = services
  return [
    route(getChanges, async ({ context, query }) => {
      const from = query.cursor === undefined ? { xact: '0', changeId: 0 } : readPlace(query.cursor, 'cursor')
      const { changes, position } = await readProjectChanges(db, context.projectId, query.kinds, from, query.limit)
      return { items: changes, nextCursor: placeOf(position) }
    }),
    route(getEvents, async ({ context, query, request }) => {
      const last = request.headers.get('last-event-id')
      const from = last ? readPlace(last, 'Last-Event-ID') : await presentPosition(db)
      const read = (after: typeof from) => readProjectChanges(db, context.projectId, query.kinds, after, 200)
      return eventStream(services, read, from)
    }),
  ]
}
