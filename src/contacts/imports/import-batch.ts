import type { Tx } from '../../platform/database/database.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import type { Locale } from '../attribute.ts'
import { readAttributes } from '../attributes.store.ts'
import type { Contact } from '../contact.ts'
import { readLocale } from '../contacts.store.ts'
import type { Identity } from '../identity.ts'
import { type ContactImport, progressOf } from './import.ts'
import { readImportRows, updateImportRow } from './imports.store.ts'
import { findersOf, type Judgement, judgeRows, type KnownPeople } from './judge-rows.ts'
import { keepJudgements } from './keep-judgements.store.ts'
import {
  contactsByUsername,
  ownersOf,
  readContacts,
  readKeys,
  readOperatorWords,
  survivorsOf,
  tryLockContacts,
  tryLockIdentities,
} from './known-people.store.ts'
import { type ReadRow, readRow } from './read-row.ts'

/** Somebody else has one of the contacts in hand at this moment; the batch is to be tried again. */
export class PeopleAreBusy extends Error {}

/**
 * Does the next rows of an import whose row is locked: contacts, outcomes and progress in one transaction, so that a crash
 * leaves no row half done and none done twice. A dry run (`checking`) keeps only the outcomes. Gives the import as it is
 * then. Throws {@link PeopleAreBusy}.
 */
export async function importBatch(tx: Tx, now: Date, current: ContactImport, limit: number): Promise<ContactImport> {
  const context: WorkContext = {
    projectId: current.projectId,
    now,
    by: current.operatorId === null ? { kind: 'system' } : { kind: 'operator', id: current.operatorId },
  }
  const isDry = current.status === 'checking'
  const settings = current.settings!
  const raw = await readImportRows(tx, { importId: current.id, after: current.done, limit })
  if (raw.length === 0) return finish(tx, context, current)

  const reader = {
    columns: current.columns,
    settings,
    attributes: new Map((await readAttributes(tx, context.projectId)).map((each) => [each.name, each])),
    locale: (await readLocale(tx, context.projectId)) as Locale,
    operators: await readOperatorWords(tx, context.projectId),
  }
  const rows = raw.map(({ number, cells }) => readRow(reader, number, cells))
  const known = await readPeople(tx, current, rows, !isDry)
  const judgements = judgeRows(rows, settings, known)
  await keepJudgements(tx, context, current.id, judgements, isDry)

  const count = (outcome: Judgement['outcome']) => judgements.filter((each) => each.outcome === outcome).length
  const updated = await updateImportRow(tx, current.id, {
    done: raw.at(-1)!.number,
    made: current.made + count('made'),
    updated: current.updated + count('updated'),
    unchanged: current.unchanged + count('unchanged'),
    refused: current.refused + count('refused'),
  })
  const { done, rows: all } = progressOf(updated)
  if (done >= all) return finish(tx, context, updated)
  await recordWork(tx, context, 'import.progressed', {}, progressOf(updated))
  return updated
}

async function finish(tx: Tx, context: WorkContext, current: ContactImport): Promise<ContactImport> {
  const status = current.status === 'checking' ? 'checked' : 'done'
  const finished = await updateImportRow(tx, current.id, { status, finishedAt: context.now })
  await recordWork(tx, context, 'import.finished', {}, progressOf(finished))
  return finished
}

/** Reads whom the rows speak of; `locked` keeps all of them as they are until the transaction ends. */
async function readPeople(
  tx: Tx,
  { id: importId, projectId, settings }: ContactImport,
  rows: readonly ReadRow[],
  locked: boolean,
): Promise<KnownPeople> {
  const finders = rows.flatMap((row) => findersOf(row, settings!))
  const identities = rows.flatMap((row) => row.identities)
  if (locked && !(await tryLockIdentities(tx, projectId, identities))) throw new PeopleAreBusy()
  const numbers = finders.flatMap(({ number }) => (number === undefined ? [] : [number]))
  const usernames = finders.flatMap(({ username }) => (username === undefined ? [] : [username]))
  const look = async () => ({
    ownerOf: await ownersOf(tx, projectId, identities),
    byNumber: await survivorsOf(tx, projectId, numbers),
    byUsername: await contactsByUsername(tx, projectId, usernames),
  })
  const before = await look()
  const found = locked ? await lockFound(tx, before) : await readContacts(tx, idsIn(before))
  // They may have been merged, or parted again, before they were locked.
  const people = locked ? await look() : before
  const contacts = new Map(found.map((contact): [number, Contact] => [contact.id, contact]))
  if (idsIn(people).some((id) => !contacts.has(id))) throw new PeopleAreBusy()
  const keys = [
    ...identities.map(({ kind, value }: Identity) => `${kind}/${value}`),
    ...usernames.map((username) => `username/${username}`),
    ...[...contacts.keys()].map((id) => `contact/${id}`),
  ]
  return { ...people, contacts, earlier: await readKeys(tx, importId, keys) }
}

type Found = Pick<KnownPeople, 'ownerOf' | 'byNumber' | 'byUsername'>

async function lockFound(tx: Tx, found: Found): Promise<Contact[]> {
  const ids = idsIn(found)
  const contacts = await tryLockContacts(tx, ids)
  if (contacts.length < ids.length) throw new PeopleAreBusy()
  return contacts
}

function idsIn({ ownerOf, byNumber, byUsername }: Found): number[] {
  return [...new Set([...ownerOf.values(), ...byNumber.values(), ...[...byUsername.values()].flat()])]
}
