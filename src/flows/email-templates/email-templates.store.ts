import { and, asc, eq, gt, ne } from 'drizzle-orm'
import type { Queryable, Tx } from '../../platform/database/database.ts'
import { makePage, type Page, type PageRequest, readPage } from '../../platform/paging.ts'
import type { EmailTemplate } from './email-template.ts'
import { emailTemplates } from './email-templates.table.ts'

/** The project's e-mail templates, the oldest first. */
export async function listEmailTemplates(
  db: Queryable,
  projectId: number,
  page: PageRequest,
): Promise<Page<EmailTemplate>> {
  const { after, limit } = readPage(page)
  const rows = await db.orm
    .select()
    .from(emailTemplates)
    .where(and(eq(emailTemplates.projectId, projectId), after === undefined ? undefined : gt(emailTemplates.id, after)))
    .orderBy(asc(emailTemplates.id))
    .limit(limit + 1)
  return makePage(rows, limit, (template) => template.id)
}

/** The names of all e-mail templates of the project. */
export async function readEmailTemplateNames(db: Queryable, projectId: number): Promise<string[]> {
  const rows = await db.orm
    .select({ name: emailTemplates.name })
    .from(emailTemplates)
    .where(eq(emailTemplates.projectId, projectId))
    .orderBy(asc(emailTemplates.id))
  return rows.map(({ name }) => name)
}

export async function findEmailTemplate(
  db: Queryable,
  projectId: number,
  id: number,
): Promise<EmailTemplate | undefined> {
  const [template] = await db.orm.select().from(emailTemplates).where(isTemplate(projectId, id))
  return template
}

export async function findEmailTemplateByName(
  db: Queryable,
  projectId: number,
  name: string,
): Promise<EmailTemplate | undefined> {
  const [template] = await db.orm
    .select()
    .from(emailTemplates)
    .where(and(eq(emailTemplates.projectId, projectId), eq(emailTemplates.name, name)))
  return template
}

/** The template, its row locked until the transaction ends. */
export async function lockEmailTemplate(tx: Tx, projectId: number, id: number): Promise<EmailTemplate | undefined> {
  const [template] = await tx.orm.select().from(emailTemplates).where(isTemplate(projectId, id)).for('update')
  return template
}

/** Undefined when the project has a template of that name. */
export async function insertEmailTemplate(
  tx: Tx,
  row: typeof emailTemplates.$inferInsert,
): Promise<EmailTemplate | undefined> {
  const [template] = await tx.orm.insert(emailTemplates).values(row).onConflictDoNothing().returning()
  return template
}

/** Whether another template of the project has that name; from now on nobody else gives out a name until the transaction ends. */
export async function isTemplateNameTaken(tx: Tx, template: EmailTemplate, name: string): Promise<boolean> {
  const { id, projectId } = template
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('e-mail template names ' || $1::text, 0))`, [
    String(projectId),
  ])
  const others = and(eq(emailTemplates.projectId, projectId), ne(emailTemplates.id, id), eq(emailTemplates.name, name))
  return (await tx.orm.$count(emailTemplates, others)) > 0
}

export async function updateEmailTemplateRow(
  tx: Tx,
  id: number,
  fields: Partial<EmailTemplate>,
): Promise<EmailTemplate> {
  const [template] = await tx.orm.update(emailTemplates).set(fields).where(eq(emailTemplates.id, id)).returning()
  return template!
}

export async function deleteEmailTemplateRow(tx: Tx, id: number): Promise<void> {
  await tx.orm.delete(emailTemplates).where(eq(emailTemplates.id, id))
}

const isTemplate = (projectId: number, id: number) =>
  and(eq(emailTemplates.projectId, projectId), eq(emailTemplates.id, id))
