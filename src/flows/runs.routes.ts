import type { Database } from '../platform/database/database.ts'
import { type Route, route } from '../team/route.ts'
import { getRun } from './get-run.ts'
import { liftFlowBlock } from './lift-flow-block.ts'
import * as calls from './runs.schemas.ts'
import { startRun } from './start-run.ts'
import { stopRun } from './stop-run.ts'
import { listRuns, listSteps } from './trace.store.ts'

interface Parts {
  db: Database
  road: { wake(threadIds: number[]): void }
}

/** The calls about runs: what they did, what they wait for, their beginning and their end. */
export function runsRoutes({ db, road }: Parts): Route[] {
  return [
    route(calls.getRuns, ({ context, query }) => listRuns(db, context.projectId, query)),
    route(calls.postRun, async ({ context, body }) => {
      const { flowId, contactId, conversationId, ...rest } = body
      const input = { ...rest, flowId, subject: subjectOf({ contactId, conversationId }), trigger: 'api' as const }
      const threadId = await db.transaction((tx) => startRun(tx, context, input))
      road.wake([threadId])
      return { accepted: true as const }
    }),
    route(calls.getRunById, ({ context, params }) => getRun(db, context.projectId, params.id)),
    route(calls.getSteps, async ({ context, params, query }) => {
      const run = await getRun(db, context.projectId, params.id)
      return listSteps(db, run.id, query)
    }),
    route(calls.postStop, async ({ context, params }) => {
      const threadId = await db.transaction((tx) => stopRun(tx, context, { runId: params.id }))
      road.wake([threadId])
      return { accepted: true as const }
    }),
    route(calls.postLift, ({ context, params, body }) =>
      db.transaction((tx) => liftFlowBlock(tx, context, { flowId: params.id, subject: subjectOf(body) })),
    ),
  ]
}

/** The schema has seen to it that exactly one of them is there. */
function subjectOf({ contactId, conversationId }: { contactId?: number; conversationId?: number }) {
  return contactId !== undefined ? { contactId } : { conversationId: conversationId! }
}
