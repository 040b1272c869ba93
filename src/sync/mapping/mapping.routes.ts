import type { Database } from '../../platform/database/database.ts'
import { type Route, route } from '../../team/route.ts'
import type { CrmAbilities } from '../crm.ts'
import { getMapped } from './get-mapped.ts'
import * as calls from './mapping.schemas.ts'
import { readOurSide } from './our-side.store.ts'
import { previewMapping } from './preview-mapping.ts'
import { suggestMapping } from './suggest-mapping.ts'

interface Parts {
  db: Database
  crms: { abilities(integrationId: number): CrmAbilities | undefined }
}

/** The calls about how a project and the account of another CRM answer to each other. */
export function mappingRoutes({ db, crms }: Parts): Route[] {
  return [
    route(calls.postMappingPreview, async ({ context, params, body: { mapping, ...wanted } }) => {
      const integration = await getMapped(db, context.projectId, params.id)
      const hasTags = crms.abilities(params.id)?.tags ?? true
      return previewMapping(db, { ...integration, mapping: mapping ?? integration.mapping, hasTags }, wanted)
    }),
    route(calls.getSuggestedMapping, async ({ context, params }) => {
      const { lists } = await getMapped(db, context.projectId, params.id)
      return suggestMapping(lists, await readOurSide(db, context.projectId))
    }),
  ]
}
