import type { Tx } from '../../platform/database/database.ts'
import { snakeKeys } from '../../platform/database/json-row.ts'
import { insertRows, runTogether, type Statement } from '../../platform/database/statement.ts'
import type { WorkContext } from '../../team/context.ts'
import { toldFields } from '../../team/told-fields.ts'
import { type Contact, handSet } from '../contact.ts'
import type { AttributeValue } from '../contacts.table.ts'
import type { Judgement } from './judge-rows.ts'

/** What a contact has after its row. */
type Kept = Partial<Contact> & Pick<Contact, 'id' | 'labels' | 'attributes' | 'setByHand' | 'updatedAt'>

const fields = [
  'first_name',
  'last_name',
  'username',
  'phone',
  'email',
  'country',
  'language',
  'time_zone',
  'traffic_source',
  'picture',
  'responsible_id',
  'attributes',
  'labels',
  'set_by_hand',
  'updated_at',
]

/** Writes what became of a batch of rows, all of it in a few statements; of a dry run only the outcomes. */
export async function keepJudgements(
  tx: Tx,
  context: WorkContext,
  importId: number,
  judgements: readonly Judgement[],
  isDry: boolean,
): Promise<void> {
  const written = isDry ? [] : judgements.filter(({ outcome }) => outcome === 'made' || outcome === 'updated')
  const ids = await drawContactIds(tx, written.filter(({ outcome }) => outcome === 'made').length)
  const idOf = new Map(written.map((judgement) => [judgement, judgement.contact?.id ?? ids.pop()!]))
  const made = written.filter(({ outcome }) => outcome === 'made')
  const { projectId, now } = context
  const kept = (judgement: Judgement): Kept => contactAfter(judgement, idOf.get(judgement)!, now)
  await runTogether(tx, [
    insertRows(
      'contacts',
      ['id', 'project_id', 'created_at', ...fields],
      made.map((judgement) => ({ ...snakeKeys(kept(judgement)), project_id: projectId, created_at: now })),
    ),
    updateContacts(
      written.filter(({ outcome }) => outcome === 'updated').map((judgement) => snakeKeys(kept(judgement))),
    ),
    insertRows(
      'identities',
      ['project_id', 'contact_id', 'kind', 'value', 'created_at'],
      written.flatMap((judgement) =>
        judgement.newIdentities.map(({ kind, value }) => ({
          project_id: projectId,
          contact_id: idOf.get(judgement),
          kind,
          value,
          created_at: now,
        })),
      ),
    ),
    insertRows(
      'changes',
      ['project_id', 'kind', 'contact_id', 'data', 'at'],
      written.flatMap((judgement) =>
        changesOf(judgement).map(({ kind, data }) => ({
          project_id: projectId,
          kind,
          contact_id: idOf.get(judgement),
          data: { ...data, by: context.by },
          at: now,
        })),
      ),
    ),
    insertRows(
      'contact_import_keys',
      ['import_id', 'key', 'number'],
      judgements.flatMap((judgement) =>
        [
          ...judgement.keys,
          ...(idOf.has(judgement) && !judgement.contact ? [`contact/${idOf.get(judgement)}`] : []),
        ].map((key) => ({ import_id: importId, key, number: judgement.row.number })),
      ),
    ),
    noteOutcomes(importId, judgements, idOf),
  ])
}

async function drawContactIds(tx: Tx, count: number): Promise<number[]> {
  if (count === 0) return []
  const rows = await tx.query<{ id: number }>(
    `select nextval(pg_get_serial_sequence('contacts', 'id')) as id from generate_series(1, $1::int) order by id desc`,
    [count],
  )
  return rows.map((row) => Number(row.id))
}

function contactAfter(judgement: Judgement, id: number, now: Date): Kept {
  const { contact, row, changed, newLabels } = judgement
  const attributes: Record<string, AttributeValue> = { ...contact?.attributes, ...row.attributes }
  if (!contact) {
    const setByHand = handSet([], Object.keys(row.fields))
    const { responsibleId = null } = row
    return { ...row.fields, responsibleId, id, labels: newLabels, attributes, setByHand, updatedAt: now }
  }
  const own = Object.entries(changed).filter(([name]) => !name.startsWith('attributes.'))
  return {
    ...contact,
    ...Object.fromEntries(own.map(([name, [, after]]) => [name, after])),
    labels: [...contact.labels, ...newLabels],
    attributes,
    setByHand: handSet(contact.setByHand, Object.keys(changed)),
    updatedAt: now,
  }
}

/** The same changes as when somebody does it by hand. */
function changesOf({ outcome, row, changed, newIdentities, newLabels }: Judgement) {
  const { responsibleId, ...others } = changed
  const given =
    outcome === 'made' ? (row.responsibleId === undefined ? undefined : [null, row.responsibleId]) : responsibleId
  return [
    ...(outcome === 'made' ? [{ kind: 'contact.created', data: {} }] : []),
    ...(Object.keys(others).length > 0 ? [{ kind: 'contact.updated', data: { fields: toldFields(others) } }] : []),
    ...(outcome === 'made' ? [] : newIdentities).map(({ kind, value }) => ({
      kind: 'contact.identity_added',
      data: { identity: { kind, value } },
    })),
    ...newLabels.map((label) => ({ kind: 'contact.label_added', data: { label } })),
    ...(given ? [{ kind: 'contact.responsible_changed', data: { from: given[0], to: given[1] } }] : []),
  ]
}

function updateContacts(rows: object[]): Statement | undefined {
  if (rows.length === 0) return undefined
  return {
    text: `update contacts c set ${fields.map((field) => `${field} = p.${field}`).join(', ')}
      from json_populate_recordset(null::contacts, $1::text::json) as p where c.id = p.id`,
    params: [JSON.stringify(rows)],
  }
}

function noteOutcomes(importId: number, judgements: readonly Judgement[], idOf: Map<Judgement, number>): Statement {
  const rows = judgements.map((judgement) => ({
    number: judgement.row.number,
    outcome: judgement.outcome,
    reason: judgement.reason,
    contact_id: idOf.get(judgement) ?? judgement.contact?.id ?? null,
  }))
  return {
    text: `update contact_import_rows r set outcome = p.outcome, reason = p.reason, contact_id = p.contact_id
      from json_to_recordset($2::text::json) as p (number int, outcome text, reason text, contact_id bigint)
      where r.import_id = $1 and r.number = p.number`,
    params: [importId, JSON.stringify(rows)],
  }
}
