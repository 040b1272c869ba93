import type { Database, Queryable } from '../../platform/database/database.ts'
import type { WorkContext } from '../../team/context.ts'
import { type Route, route } from '../../team/route.ts'
import { type Contact, type ContactView, contactView } from '../contact.ts'
import { findContacts, identitiesOf } from '../contacts.store.ts'
import { getContact } from '../get-contact.ts'
import { linkContacts } from '../links/link-contacts.ts'
import { linkedContactIds } from '../links/links.store.ts'
import { unlinkContact } from '../links/unlink-contact.ts'
import { dismissTwins } from '../twins/dismiss-twins.ts'
import { listTwins, suggestTwins } from '../twins/suggest-twins.ts'
import * as calls from './merge.schemas.ts'
import type { MergeFollower } from './merge.ts'
import { mergeContacts } from './merge-contacts.ts'
import { listMerges } from './merges.store.ts'
import { previewMerge } from './preview-merge.ts'
import { previewUndo } from './preview-undo.ts'
import { undoMerge } from './undo-merge.ts'

interface Parts {
  db: Database
  mergeFollowers: readonly MergeFollower[]
}

/** The calls that make one person of several contacts: merges and their undo, linked cards, likely twins. */
export function mergeRoutes({ db, mergeFollowers }: Parts): Route[] {
  return [
    route(calls.postMergePreview, async ({ context, params, body }) => {
      const input = { survivorId: params.id, secondId: body.contactId, choices: body.choices }
      const preview = await previewMerge(db, context, input, mergeFollowers)
      const [survivor, second] = await showAll(db, context, [preview.survivor, preview.second])
      return { ...preview, survivor: survivor!, second: second! }
    }),
    route(calls.postMerge, ({ context, params, body }) =>
      db.transaction(async (tx) => {
        const input = { survivorId: params.id, secondId: body.contactId, choices: body.choices }
        const { merge, contact } = await mergeContacts(tx, context, input, mergeFollowers)
        const [view] = await showAll(tx, context, [contact])
        return { merge, contact: view! }
      }),
    ),
    route(calls.getMerges, async ({ context, query }) => {
      const contact = query.contactId ? await getContact(db, context.projectId, query.contactId) : undefined
      return listMerges(db, context.projectId, { ...query, contactId: contact?.id })
    }),
    route(calls.getUndoPreview, ({ context, params }) =>
      previewUndo(db, context, { mergeId: params.id }, mergeFollowers),
    ),
    route(calls.postUndo, ({ context, params }) =>
      db.transaction(async (tx) => {
        const undone = await undoMerge(tx, context, { mergeId: params.id }, mergeFollowers)
        const [survivor, restored] = await showAll(tx, context, [undone.survivor, undone.restored])
        return { merge: undone.merge, survivor: survivor!, restored: restored! }
      }),
    ),

    route(calls.getLinks, async ({ context, params }) => {
      const { id } = await getContact(db, context.projectId, params.id)
      return { items: await showLinked(db, context, await linkedContactIds(db, context.projectId, id)) }
    }),
    route(calls.postLink, ({ context, params, body }) =>
      db.transaction(async (tx) => {
        const linked = await linkContacts(tx, context, { contactId: params.id, otherId: body.contactId })
        return { items: await showLinked(tx, context, linked) }
      }),
    ),
    route(calls.removeLink, ({ context, params }) =>
      db.transaction((tx) => unlinkContact(tx, context, { contactId: params.id })),
    ),

    route(calls.getTwinsOfContact, async ({ context, params }) => ({
      items: await suggestTwins(db, context.projectId, params.id),
    })),
    route(calls.postDismissal, ({ context, params, body }) =>
      db.transaction((tx) => dismissTwins(tx, context, { contactId: params.id, otherId: body.contactId })),
    ),
    route(calls.getTwins, ({ context, query }) => listTwins(db, context.projectId, query)),
  ]
}

async function showLinked(db: Queryable, context: WorkContext, ids: number[]): Promise<ContactView[]> {
  return showAll(db, context, [...(await findContacts(db, ids)).values()])
}

async function showAll(db: Queryable, context: WorkContext, contacts: Contact[]): Promise<ContactView[]> {
  const identities = await identitiesOf(
    db,
    contacts.map((contact) => contact.id),
  )
  return contacts.map((contact) => contactView(contact, identities.get(contact.id) ?? [], context.now))
}
