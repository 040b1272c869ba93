import type { Database } from '../../platform/database/database.ts'
import { readOperator } from '../read-operator.ts'
import { type Route, route } from '../route.ts'
import { createLinkCode } from './create-link-code.ts'
import { linkIdentity } from './link-identity.ts'
import * as calls from './operator-identities.schemas.ts'
import { selectIdentities } from './operator-identities.store.ts'
import { unlinkIdentity } from './unlink-identity.ts'

interface Parts {
  db: Database
  /** Other processes forget what they remember of the project. */
  projectChanged(projectId: number): void
}

/** The calls about the accounts of operators in channels. */
export function operatorIdentitiesRoutes({ db, projectChanged }: Parts): Route[] {
  return [
    route(calls.getIdentities, async ({ context, params }) => {
      const { id } = await readOperator(db, context.projectId, params.id)
      return { items: await selectIdentities(db, id) }
    }),
    route(calls.postIdentity, async ({ context, params, body }) => {
      const input = { operatorId: params.id, ...body }
      const { identity } = await db.transaction((tx) => linkIdentity(tx, context, input))
      projectChanged(context.projectId)
      return identity
    }),
    route(calls.removeIdentity, async ({ context, params: { id, kind, value } }) => {
      await db.transaction((tx) => unlinkIdentity(tx, context, { operatorId: id, kind, value }))
      projectChanged(context.projectId)
    }),
    route(calls.postLinkCode, ({ context, params }) => db.transaction((tx) => createLinkCode(tx, context, params.id))),
  ]
}
