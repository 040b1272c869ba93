import { and, asc, desc, eq, gt, isNull, lt, or, sql } from 'drizzle-orm'
import type { Queryable, Tx } from '../platform/database/database.ts'
import { makePage, type Page, type PageRequest, readPage } from '../platform/paging.ts'
import type { Operator, OperatorInput } from './operator.ts'
import type { Project, ProjectInput } from './project.ts'
import { apiKeys, operators, projects, projectVariables } from './team.table.ts'
import type { Variable } from './variable.ts'

export type ApiKey = typeof apiKeys.$inferSelect

export async function insertProject(tx: Tx, input: ProjectInput, createdAt: Date): Promise<Project> {
  const rows = await tx.orm
    .insert(projects)
    .values({ ...input, createdAt })
    .returning()
  return rows[0]!
}

export async function selectProject(db: Queryable, id: number): Promise<Project | undefined> {
  const rows = await db.orm.select().from(projects).where(eq(projects.id, id))
  return rows[0]
}

/** Whether the database holds any project. */
async function hasProjects(db: Queryable): Promise<boolean> {
  const rows = await db.orm.select({ id: projects.id }).from(projects).limit(1)
  return rows.length > 0
}

export async function updateProjectRow(tx: Tx, id: number, input: Partial<ProjectInput>): Promise<Project | undefined> {
  if (Object.keys(input).length === 0) return selectProject(tx, id)
  const rows = await tx.orm.update(projects).set(input).where(eq(projects.id, id)).returning()
  return rows[0]
}

/** All variables of a project by name, values as they are stored (sealed where secret). */
export async function selectVariables(db: Queryable, projectId: number): Promise<Variable[]> {
  return db.orm
    .select()
    .from(projectVariables)
    .where(eq(projectVariables.projectId, projectId))
    .orderBy(asc(projectVariables.name))
}

export async function upsertVariable(tx: Tx, row: Omit<Variable, 'id'>): Promise<Variable> {
  const rows = await tx.orm
    .insert(projectVariables)
    .values(row)
    .onConflictDoUpdate({
      target: [projectVariables.projectId, projectVariables.name],
      set: { value: row.value, secret: row.secret, updatedAt: row.updatedAt },
    })
    .returning()
  return rows[0]!
}

export async function deleteVariableRow(tx: Tx, projectId: number, name: string): Promise<boolean> {
  const rows = await tx.orm
    .delete(projectVariables)
    .where(and(eq(projectVariables.projectId, projectId), eq(projectVariables.name, name)))
    .returning({ id: projectVariables.id })
  return rows.length > 0
}

export async function insertOperator(
  tx: Tx,
  projectId: number,
  input: Pick<Operator, 'name' | 'email' | 'role' | 'onShift'> & Partial<Omit<OperatorInput, 'role'>>,
  createdAt: Date,
): Promise<Operator> {
  const rows = await tx.orm
    .insert(operators)
    .values({ ...input, projectId, createdAt })
    .returning()
  return rows[0]!
}

export async function listOperators(db: Queryable, projectId: number, page: PageRequest): Promise<Page<Operator>> {
  const { after, limit } = readPage(page)
  const rows = await db.orm
    .select()
    .from(operators)
    .where(and(eq(operators.projectId, projectId), after === undefined ? undefined : gt(operators.id, after)))
    .orderBy(asc(operators.id))
    .limit(limit + 1)
  return makePage(rows, limit, (row) => row.id)
}

export async function selectOperator(db: Queryable, projectId: number, id: number): Promise<Operator | undefined> {
  const rows = await db.orm
    .select()
    .from(operators)
    .where(and(eq(operators.projectId, projectId), eq(operators.id, id)))
  return rows[0]
}

/** The operator, its row locked until the transaction ends. */
export async function lockOperator(tx: Tx, projectId: number, id: number): Promise<Operator | undefined> {
  const rows = await tx.orm
    .select()
    .from(operators)
    .where(and(eq(operators.projectId, projectId), eq(operators.id, id)))
    .for('update')
  return rows[0]
}

/** All operators of a project, people and services, the oldest first. */
export async function selectOperators(db: Queryable, projectId: number): Promise<Operator[]> {
  return db.orm.select().from(operators).where(eq(operators.projectId, projectId)).orderBy(asc(operators.id))
}

/** The operator with this e-mail, in whatever case it is written. */
export async function findOperatorByEmail(
  db: Queryable,
  projectId: number,
  email: string,
): Promise<Operator | undefined> {
  const rows = await db.orm
    .select()
    .from(operators)
    .where(and(eq(operators.projectId, projectId), sql`lower(${operators.email}) = lower(${email.trim()})`))
  return rows[0]
}

/** Lets nobody else give e-mails to operators of the project until the transaction ends. */
export async function lockOperatorEmails(tx: Tx, projectId: number): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('operator e-mails ' || $1::text, 0))`, [
    String(projectId),
  ])
}

export async function updateOperatorRow(
  tx: Tx,
  projectId: number,
  id: number,
  input: Partial<OperatorInput>,
): Promise<Operator | undefined> {
  if (Object.keys(input).length === 0) return selectOperator(tx, projectId, id)
  const rows = await tx.orm
    .update(operators)
    .set(input)
    .where(and(eq(operators.projectId, projectId), eq(operators.id, id)))
    .returning()
  return rows[0]
}

export async function deleteOperatorRow(tx: Tx, projectId: number, id: number): Promise<void> {
  await tx.orm.delete(operators).where(and(eq(operators.projectId, projectId), eq(operators.id, id)))
}

export async function insertApiKey(
  tx: Tx,
  row: Pick<ApiKey, 'projectId' | 'operatorId' | 'name' | 'hash' | 'hint' | 'scopes' | 'createdAt'>,
): Promise<ApiKey | undefined> {
  const rows = await tx.orm.insert(apiKeys).values(row).onConflictDoNothing({ target: apiKeys.hash }).returning()
  return rows[0]
}

/** A project's keys, the newest first; revoked ones too. */
export async function listApiKeys(db: Queryable, projectId: number, page: PageRequest): Promise<Page<ApiKey>> {
  const { after, limit } = readPage(page)
  const rows = await db.orm
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.projectId, projectId), after === undefined ? undefined : lt(apiKeys.id, after)))
    .orderBy(desc(apiKeys.id))
    .limit(limit + 1)
  return makePage(rows, limit, (row) => row.id)
}

/** The key with this SHA-256, unless it was revoked. */
export async function selectLiveKey(db: Queryable, hash: string): Promise<ApiKey | undefined> {
  const rows = await db.orm
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.hash, hash), isNull(apiKeys.revokedAt)))
  return rows[0]
}

/** Marks a key as revoked; an earlier moment stays. Undefined when the project has no such key. */
export async function revokeKeyRow(tx: Tx, projectId: number, id: number, at: Date): Promise<ApiKey | undefined> {
  const mine = and(eq(apiKeys.projectId, projectId), eq(apiKeys.id, id))
  await tx.orm
    .update(apiKeys)
    .set({ revokedAt: at })
    .where(and(mine, isNull(apiKeys.revokedAt)))
  const rows = await tx.orm.select().from(apiKeys).where(mine)
  return rows[0]
}

/** Notes that a key was used, unless that was noted since `unlessSince`. */
export async function touchKey(db: Queryable, id: number, at: Date, unlessSince: Date): Promise<void> {
  await db.orm
    .update(apiKeys)
    .set({ lastUsedAt: at })
    .where(and(eq(apiKeys.id, id), or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, unlessSince))))
}

/** Whether the caller is the one who may make the first project: there is none, and no other transaction is about to. */
export async function claimFirstProject(tx: Tx): Promise<boolean> {
  await tx.query('lock table projects in share row exclusive mode')
  return !(await hasProjects(tx))
}
