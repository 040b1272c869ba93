import type { Database } from '../../platform/database/database.ts'
import { type Route, route } from '../../team/route.ts'
import { getMapped } from './get-mapped.ts'
import * as calls from './mapping.schemas.ts'
import { readOurSide } from './our-side.store.ts'
import { previewMapping } from './preview-mapping.ts'
import { suggestMapping } from './suggest-mapping.ts'

/** The calls about how a project and the account of another CRM answer to each other. */
export function mappingRoutes({ db }: { db: Database }): Route[] {
  return [
    route(calls.postMappingPreview, async ({ context, params, body: { mapping, ...wanted } }) => {
      const integration = await getMapped(db, context.projectId, params.id)
      return previewMapping(db, { ...integration, mapping: mapping ?? integration.mapping }, wanted)
    }),
    route(calls.getSuggestedMapping, async ({ context, params }) => {
      const { lists } = await getMapped(db, context.projectId, params.id)
      return suggestMapping(lists, await readOurSide(db, context.projectId))
    }),
  ]
}
