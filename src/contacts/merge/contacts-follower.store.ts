import { type LinkJournal, moveLink, restoreLinks } from '../links/links.store.ts'
import type { MergeFollower } from './merge.ts'
import { countRows, type MovedRows, moveRows, numbers, returnRows } from './move-rows.store.ts'

interface Journal {
  identities: MovedRows
  /** Operators who are written to as this contact. */
  operators: number[]
  links: LinkJournal
}

/** What follows a contact in its own module: identities, being linked, and the operator it is. Notes follow with deals. */
export const contactsFollower: MergeFollower<Journal> = {
  name: 'contacts',

  async count(db, contactId) {
    return { identities: await countRows(db, 'identities', contactId) }
  },

  async move(tx, merging) {
    const { survivorId, secondId } = merging
    const operators = await tx.query<{ id: number }>(
      'update operators set contact_id = $1 where contact_id = $2 returning id',
      [survivorId, secondId],
    )
    return {
      identities: await moveRows(tx, 'identities', merging),
      operators: operators.map(({ id }) => Number(id)),
      links: await moveLink(tx, merging),
    }
  },

  async plan(db, { survivorId }, { identities }) {
    const [row] = await db.query<{ going: number[] | null; stays: number | string }>(
      `with recursive going as (
         select id, kind || '/' || value as key from identities
          where contact_id = $1 and id in (${numbers('$2')})
         union
         select i.id, i.kind || '/' || i.value from going g
           join identities i on i.contact_id = $1 and i.came_by = g.key)
       select (select json_agg(id order by id) from going) as going,
              (select count(*) from identities where contact_id = $1 and id > $3 and id not in (select id from going)) as stays`,
      [survivorId, JSON.stringify(identities.ids), identities.last],
    )
    const going = row?.going ?? []
    return {
      going: { identities: going },
      goes: { identities: going.length },
      stays: { identities: Number(row?.stays ?? 0) },
    }
  },

  async restore(tx, unmerging, { operators, links }, { going }) {
    const { survivorId, secondId } = unmerging
    await returnRows(tx, 'identities', unmerging, going.identities!)
    await tx.query(
      `update operators set contact_id = $2 where contact_id = $1
          and id in (${numbers('$3')})`,
      [survivorId, secondId, JSON.stringify(operators)],
    )
    await restoreLinks(tx, links)
  },
}
