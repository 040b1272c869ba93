import type { Database, Queryable, Tx } from '../platform/database/database.ts'
import type { WorkContext } from '../team/context.ts'
import { type Route, route } from '../team/route.ts'
import { addLabels } from './add-labels.ts'
import { addNote } from './add-note.ts'
import { listAttributes } from './attributes.store.ts'
import { blockContact } from './block-contact.ts'
import type { Contact, ContactView } from './contact.ts'
import * as calls from './contacts.schemas.ts'
import { listNotes } from './contacts.store.ts'
import { createAttribute } from './create-attribute.ts'
import { createContact } from './create-contact.ts'
import { deleteAttribute } from './delete-attribute.ts'
import { getContact } from './get-contact.ts'
import { removeLabels } from './remove-labels.ts'
import { showContacts } from './show-contacts.ts'
import { unblockContact } from './unblock-contact.ts'
import { updateAttribute } from './update-attribute.ts'
import { updateContact } from './update-contact.ts'

/** The calls about contacts, their labels and notes, and custom fields. */
export function contactsRoutes({ db }: { db: Database }): Route[] {
  return [
    route(calls.postContact, ({ context, body: { attributes, labels, identities, ...fields } }) =>
      changeContact(db, context, (tx) => createContact(tx, context, { fields, attributes, labels, identities })),
    ),
    route(calls.getContactById, async ({ context, params }) =>
      show(db, context, await getContact(db, context.projectId, params.id)),
    ),
    route(calls.patchContact, ({ context, params, body: { attributes, responsibleId, ...fields } }) =>
      changeContact(db, context, (tx) =>
        updateContact(tx, context, { contactId: params.id, fields, attributes, responsibleId }),
      ),
    ),
    route(calls.postLabels, ({ context, params, body }) =>
      changeContact(db, context, async (tx) => {
        await removeLabels(tx, context, { contactId: params.id, labels: body.remove })
        return addLabels(tx, context, { contactId: params.id, labels: body.add })
      }),
    ),
    route(calls.postBlock, ({ context, params, body }) =>
      changeContact(db, context, (tx) => blockContact(tx, context, { contactId: params.id, ...body })),
    ),
    route(calls.postUnblock, ({ context, params }) =>
      changeContact(db, context, (tx) => unblockContact(tx, context, { contactId: params.id })),
    ),

    route(calls.getNotes, async ({ context, params, query }) => {
      await getContact(db, context.projectId, params.id)
      return listNotes(db, context.projectId, { contactId: params.id, ...query })
    }),
    route(calls.postNote, ({ context, params, body }) =>
      db.transaction((tx) => addNote(tx, context, { contactId: params.id, ...body })),
    ),

    route(calls.getAttributes, ({ context, query }) => listAttributes(db, context.projectId, query)),
    route(calls.postAttribute, ({ context, body }) => db.transaction((tx) => createAttribute(tx, context, body))),
    route(calls.patchAttribute, ({ context, params, body }) =>
      db.transaction((tx) => updateAttribute(tx, context, { attributeId: params.id, ...body })),
    ),
    route(calls.removeAttribute, ({ context, params }) =>
      db.transaction((tx) => deleteAttribute(tx, context, { attributeId: params.id })),
    ),
  ]
}

/** Does something to a contact in a transaction and shows the contact as it is then. */
export async function changeContact(
  db: Database,
  context: WorkContext,
  work: (tx: Tx) => Promise<Contact>,
): Promise<ContactView> {
  return db.transaction(async (tx) => show(tx, context, await work(tx)))
}

async function show(db: Queryable, context: WorkContext, contact: Contact): Promise<ContactView> {
  const [view] = await showContacts(db, [contact], context.now)
  return view!
}
