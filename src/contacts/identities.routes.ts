import type { Database } from '../platform/database/database.ts'
import { type Route, route } from '../team/route.ts'
import { addIdentity } from './add-identity.ts'
import { changeContact } from './contacts.routes.ts'
import * as calls from './identities.schemas.ts'
import { removeIdentity } from './remove-identity.ts'

/** The calls about what a contact can be known and reached by. */
export function identitiesRoutes({ db }: { db: Database }): Route[] {
  return [
    route(calls.postIdentity, ({ context, params, body }) =>
      changeContact(db, context, (tx) => addIdentity(tx, context, { contactId: params.id, ...body })),
    ),
    route(calls.removeIdentity, ({ context, params: { id, kind, value } }) =>
      changeContact(db, context, (tx) => removeIdentity(tx, context, { contactId: id, kind, value })),
    ),
  ]
}
