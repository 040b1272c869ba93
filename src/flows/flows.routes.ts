import { z } from 'zod'
import type { Database } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { SafeHttp } from '../platform/safe-http/safe-http.ts'
import type { Vault } from '../platform/secrets.ts'
import { type Route, route } from '../team/route.ts'
import type { BlockRegistry } from './block.ts'
import { checkFlow } from './check-flow.ts'
import { checkRequest } from './check-request.ts'
import { deleteFlow } from './delete-flow.ts'
import { flowJsonSchema } from './flow-schema.ts'
import * as calls from './flows.schemas.ts'
import { type Flow, findFlowVersion, listFlows, listFlowVersions } from './flows.store.ts'
import { getFlow } from './get-flow.ts'
import { type LookupParts, readProjectLookup } from './project-lookup.ts'
import { publishFlow } from './publish-flow.ts'
import { restoreFlowVersion } from './restore-flow-version.ts'
import { saveFlow } from './save-flow.ts'
import { unpublishFlow } from './unpublish-flow.ts'

interface Parts extends LookupParts {
  db: Database
  vault: Vault
  safeHttp: SafeHttp
  blocks: BlockRegistry
}

/** The calls about flows: drafts, versions, publishing, and what flows are made of. */
export function flowsRoutes(parts: Parts): Route[] {
  return [...draftRoutes(parts), ...versionRoutes(parts), ...partRoutes(parts)]
}

function draftRoutes({ db, blocks, channels, integrations }: Parts): Route[] {
  return [
    route(calls.getFlows, ({ context, query }) => listFlows(db, context.projectId, query)),
    route(calls.postFlow, async ({ context, body }) =>
      flowView(await db.transaction((tx) => saveFlow(tx, context, { draft: body.draft }))),
    ),
    route(calls.postCheck, async ({ context, body }) =>
      checkFlow(body.draft, blocks, await readProjectLookup(db, context.projectId, { channels, integrations })),
    ),
    route(calls.getFlowById, async ({ context, params }) => flowView(await getFlow(db, context.projectId, params.id))),
    route(calls.putFlow, async ({ context, params, body }) =>
      flowView(await db.transaction((tx) => saveFlow(tx, context, { flowId: params.id, ...body }))),
    ),
    route(calls.removeFlow, ({ context, params }) =>
      db.transaction((tx) => deleteFlow(tx, context, { flowId: params.id })),
    ),
  ]
}

function versionRoutes({ db, blocks, channels, integrations }: Parts): Route[] {
  return [
    route(calls.postPublish, async ({ context, params, body }) => {
      const { flow, version, warnings } = await db.transaction((tx) =>
        publishFlow(
          tx,
          context,
          { flowId: params.id, revision: body.revision },
          { registry: blocks, channels, integrations },
        ),
      )
      return { flow: flowView(flow), version, warnings }
    }),
    route(calls.postUnpublish, async ({ context, params }) =>
      flowView(await db.transaction((tx) => unpublishFlow(tx, context, { flowId: params.id }))),
    ),
    route(calls.getVersions, async ({ context, params, query }) => {
      await getFlow(db, context.projectId, params.id)
      return listFlowVersions(db, context.projectId, { flowId: params.id, ...query })
    }),
    route(calls.getVersion, async ({ context, params }) => {
      const version = await findFlowVersion(db, context.projectId, params.id, params.number)
      if (!version) throw new AppError('not_found', `Flow ${params.id} has no version ${params.number}.`)
      return version
    }),
    route(calls.postRestore, async ({ context, params, body }) =>
      flowView(
        await db.transaction((tx) =>
          restoreFlowVersion(tx, context, { flowId: params.id, number: params.number, ...body }),
        ),
      ),
    ),
  ]
}

function partRoutes(parts: Parts): Route[] {
  return [
    route(calls.getFlowSchema, () => flowJsonSchema(parts.blocks)),
    route(calls.getBlockTypes, () => ({
      items: [...parts.blocks.values()].map((block) => ({
        type: block.type,
        summary: block.summary,
        kind: block.kind,
        options: z.toJSONSchema(block.options, { io: 'input' }),
        example: block.example,
        outputs: block.outputs(block.options.parse(block.example)),
      })),
    })),
    route(calls.postCheckRequest, ({ context, body }) => checkRequest(parts, context, body)),
  ]
}

function flowView(flow: Flow) {
  return { ...flow, published: flow.liveVersionId !== null }
}
