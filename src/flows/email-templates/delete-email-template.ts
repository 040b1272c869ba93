import type { Tx } from '../../platform/database/database.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { deleteEmailTemplateRow } from './email-templates.store.ts'
import { emailTemplateForUpdate } from './get-email-template.ts'

/** Removes an e-mail template; a published block that names it fails from now on. Throws `not_found`. */
export async function deleteEmailTemplate(tx: Tx, context: WorkContext, input: { templateId: number }): Promise<void> {
  const template = await emailTemplateForUpdate(tx, context.projectId, input.templateId)
  await deleteEmailTemplateRow(tx, template.id)
  await recordWork(tx, context, 'email_template.deleted', {}, { templateId: template.id, name: template.name })
}
