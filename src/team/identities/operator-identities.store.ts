import { and, asc, eq, gt } from 'drizzle-orm'
import type { Queryable, Tx } from '../../platform/database/database.ts'
import type { Operator } from '../operator.ts'
import { operators } from '../team.table.ts'
import { operatorIdentities, operatorLinkCodes } from './operator-identities.table.ts'

/** An account of an operator in some channel. */
export type OperatorIdentity = typeof operatorIdentities.$inferSelect

/** What tells an account apart. */
interface Account {
  kind: string
  value: string
}

export async function selectIdentities(db: Queryable, operatorId: number): Promise<OperatorIdentity[]> {
  return db.orm
    .select()
    .from(operatorIdentities)
    .where(eq(operatorIdentities.operatorId, operatorId))
    .orderBy(asc(operatorIdentities.id))
}

/** An account with the operator whose it is. */
export async function findByIdentity(
  db: Queryable,
  projectId: number,
  { kind, value }: Account,
): Promise<{ operator: Operator; identity: OperatorIdentity } | undefined> {
  const rows = await db.orm
    .select({ operator: operators, identity: operatorIdentities })
    .from(operatorIdentities)
    .innerJoin(operators, eq(operators.id, operatorIdentities.operatorId))
    .where(
      and(
        eq(operatorIdentities.projectId, projectId),
        eq(operatorIdentities.kind, kind),
        eq(operatorIdentities.value, value),
      ),
    )
  return rows[0]
}

/** Undefined when the account is somebody's already. */
export async function insertIdentity(tx: Tx, row: Omit<OperatorIdentity, 'id'>): Promise<OperatorIdentity | undefined> {
  const rows = await tx.orm.insert(operatorIdentities).values(row).onConflictDoNothing().returning()
  return rows[0]
}

export async function deleteIdentity(tx: Tx, operatorId: number, { kind, value }: Account): Promise<boolean> {
  const rows = await tx.orm
    .delete(operatorIdentities)
    .where(
      and(
        eq(operatorIdentities.operatorId, operatorId),
        eq(operatorIdentities.kind, kind),
        eq(operatorIdentities.value, value),
      ),
    )
    .returning({ id: operatorIdentities.id })
  return rows.length > 0
}

/** Keeps the one code of an operator; an earlier one counts no more. */
export async function putLinkCode(tx: Tx, row: typeof operatorLinkCodes.$inferInsert): Promise<void> {
  const { hash, expiresAt } = row
  await tx.orm
    .insert(operatorLinkCodes)
    .values(row)
    .onConflictDoUpdate({ target: operatorLinkCodes.operatorId, set: { hash, expiresAt } })
}

/** Takes a code away for good; gives the operator whose it was, if it still counted. */
export async function takeLinkCode(tx: Tx, projectId: number, hash: string, now: Date): Promise<number | undefined> {
  const rows = await tx.orm
    .delete(operatorLinkCodes)
    .where(
      and(
        eq(operatorLinkCodes.projectId, projectId),
        eq(operatorLinkCodes.hash, hash),
        gt(operatorLinkCodes.expiresAt, now),
      ),
    )
    .returning({ operatorId: operatorLinkCodes.operatorId })
  return rows[0]?.operatorId
}

/** All accounts of the project's operators. */
export async function selectAccounts(db: Queryable, projectId: number): Promise<Account[]> {
  return db.orm
    .select({ kind: operatorIdentities.kind, value: operatorIdentities.value })
    .from(operatorIdentities)
    .where(eq(operatorIdentities.projectId, projectId))
}
