import type { Tx } from '../../platform/database/database.ts'
import type { Identity } from '../message.ts'

/** An operator who acts in a group by an account of theirs. */
export interface SpeakingOperator {
  id: number
  name: string
}

/** Operators by {@link personKey} of the accounts by which they act. */
export type Operators = Map<string, SpeakingOperator>

export interface OperatorRow extends SpeakingOperator {
  key: string
}

/** How a person is looked up by an identity, among contacts as among operators. */
export function personKey(projectId: number, identity: Identity): string {
  return `${projectId}/${identity.kind}/${identity.value}`
}

/** The operator that a person is, as the batch knows them. */
export function operatorIn(
  operators: Operators,
  projectId: number,
  { identities }: { identities: readonly Identity[] },
): SpeakingOperator | undefined {
  if (operators.size === 0) return undefined
  for (const identity of identities) {
    const operator = operators.get(personKey(projectId, identity))
    if (operator) return operator
  }
  return undefined
}

/** The operators whose accounts a parameter lists, as one JSON value for {@link operatorsByKey}. */
export const operatorsBy = (parameter: number): string =>
  `select json_agg(json_build_object('key', i.project_id || '/' || i.kind || '/' || i.value, 'id', o.id, 'name', o.name))
     from json_to_recordset($${parameter}::text::json) as k (project_id bigint, kind text, value text)
     join operator_identities i on i.project_id = k.project_id and i.kind = k.kind and i.value = k.value
     join operators o on o.id = i.operator_id`

export function operatorsByKey(rows: OperatorRow[] | null): Operators {
  return new Map((rows ?? []).map(({ key, id, name }) => [key, { id, name }]))
}

/** Looks for operators among people of whom nobody asked yet, and adds them to those known. */
export async function findOperators(
  tx: Tx,
  people: { projectId: number; identities: readonly Identity[] }[],
  operators: Operators,
): Promise<void> {
  const accounts = people.flatMap(({ projectId, identities }) =>
    identities.map(({ kind, value }) => ({ project_id: projectId, kind, value })),
  )
  const [row] = await tx.query<{ operators: OperatorRow[] | null }>(`select (${operatorsBy(1)}) as operators`, [
    JSON.stringify(accounts),
  ])
  for (const [key, operator] of operatorsByKey(row!.operators)) operators.set(key, operator)
}
