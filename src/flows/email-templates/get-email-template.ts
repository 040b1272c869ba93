import type { Queryable, Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { EmailTemplate } from './email-template.ts'
import { findEmailTemplate, lockEmailTemplate } from './email-templates.store.ts'

/** The project's e-mail template of that number; throws `not_found`. */
export async function getEmailTemplate(db: Queryable, projectId: number, id: number): Promise<EmailTemplate> {
  return (await findEmailTemplate(db, projectId, id)) ?? refuse(id)
}

/** The same, its row locked until the transaction ends. */
export async function emailTemplateForUpdate(tx: Tx, projectId: number, id: number): Promise<EmailTemplate> {
  return (await lockEmailTemplate(tx, projectId, id)) ?? refuse(id)
}

function refuse(id: number): never {
  throw new AppError('not_found', `There is no e-mail template ${id} in this project.`)
}
