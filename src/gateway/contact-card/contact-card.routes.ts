import { getContact } from '../../contacts/get-contact.ts'
import { listContactHistory } from '../../contacts/history.store.ts'
import type { Database } from '../../platform/database/database.ts'
import { type Route, route } from '../../team/route.ts'
import { getContactCard, getContactHistory } from './contact-card.schemas.ts'
import { readContactCard } from './read-contact-card.ts'

/** The calls that show a contact with what all modules know of it. */
export function contactCardRoutes({ db }: { db: Database }): Route[] {
  return [
    route(getContactCard, ({ context, params, query }) =>
      readContactCard(db, context, { contactId: params.id, limit: query.limit }),
    ),
    route(getContactHistory, async ({ context, params, query }) => {
      const { id: contactId } = await getContact(db, context.projectId, params.id)
      return listContactHistory(db, context.projectId, { ...query, contactId })
    }),
  ]
}
