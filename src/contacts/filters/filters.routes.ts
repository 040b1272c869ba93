import type { Database } from '../../platform/database/database.ts'
import type { Page } from '../../platform/paging.ts'
import type { WorkContext } from '../../team/context.ts'
import { type Route, route } from '../../team/route.ts'
import type { Contact, ContactView } from '../contact.ts'
import { showContacts } from '../show-contacts.ts'
import { type ContactsView, filterFields } from './choose-contacts.store.ts'
import { createSegment } from './create-segment.ts'
import { deleteSegment } from './delete-segment.ts'
import type { FilterField } from './filter-field.store.ts'
import * as calls from './filters.schemas.ts'
import { getSegment } from './get-segment.ts'
import { countContacts, listContacts } from './list-contacts.store.ts'
import { listSegments } from './segments.store.ts'
import { updateSegment } from './update-segment.ts'

/** The calls that find contacts, and segments. */
export function filtersRoutes({ db, filterFields: further }: FiltersParts): Route[] {
  const viewOf = ({ projectId, now }: WorkContext): ContactsView => ({ projectId, now, further })
  const show = async (context: WorkContext, { items, nextCursor }: Page<Contact>): Promise<Page<ContactView>> => ({
    items: await showContacts(db, items, context.now),
    nextCursor,
  })
  return [
    route(calls.getContacts, async ({ context, query }) =>
      show(context, await listContacts(db, viewOf(context), query)),
    ),
    route(calls.postSearch, async ({ context, body }) => show(context, await listContacts(db, viewOf(context), body))),
    route(calls.postCount, ({ context, body }) => countContacts(db, viewOf(context), body)),
    route(calls.getFilterFields, async ({ context }) => ({
      items: [...(await filterFields(db, viewOf(context))).values()].map(showField),
    })),

    route(calls.getSegments, ({ context, query }) => listSegments(db, context.projectId, query)),
    route(calls.postSegment, ({ context, body }) => db.transaction((tx) => createSegment(tx, context, body, further))),
    route(calls.getSegmentById, ({ context, params }) => getSegment(db, context.projectId, params.id)),
    route(calls.patchSegment, ({ context, params, body }) =>
      db.transaction((tx) => updateSegment(tx, context, { segmentId: params.id, ...body }, further)),
    ),
    route(calls.removeSegment, ({ context, params }) =>
      db.transaction((tx) => deleteSegment(tx, context, { segmentId: params.id })),
    ),
  ]
}

interface FiltersParts {
  db: Database
  /** What upper modules let filters ask. */
  filterFields: readonly FilterField[]
}

function showField({ name, title, choices, operators }: FilterField) {
  return {
    name,
    title,
    ...(choices ? { choices: [...choices] } : {}),
    operators: Object.entries(operators).map(([operator, { expects }]) => ({
      name: operator,
      expects: expects ?? null,
    })),
  }
}
