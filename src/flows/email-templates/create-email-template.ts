import { z } from 'zod'
import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { invalidInput, parseInput } from '../../platform/faults.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { type EmailTemplate, emailTemplateFieldsSchema, letterFaults } from './email-template.ts'
import { insertEmailTemplate } from './email-templates.store.ts'

const { name, subject, text, html } = emailTemplateFieldsSchema
export const newEmailTemplateSchema = z.strictObject({
  name,
  subject: subject.default(''),
  text: text.default(''),
  html: html.default(''),
})

/** Makes an e-mail template. Throws `invalid` with the faults of its placeholders, and `conflict` when the name is taken. */
export async function createEmailTemplate(
  tx: Tx,
  context: WorkContext,
  input: z.input<typeof newEmailTemplateSchema>,
): Promise<EmailTemplate> {
  const { projectId, now } = context
  const fields = parseInput(newEmailTemplateSchema, input, 'e-mail template')
  const faults = letterFaults(fields)
  if (faults.length > 0) throw invalidInput('e-mail template', faults)
  const template = await insertEmailTemplate(tx, { ...fields, projectId, createdAt: now, updatedAt: now })
  if (!template) throw nameTaken(fields.name)
  await recordWork(tx, context, 'email_template.created', {}, { templateId: template.id, name: template.name })
  return template
}

/** The error for a name that another template has. */
export function nameTaken(taken: string): AppError {
  return new AppError('conflict', `The project has an e-mail template "${taken}" already; choose another name.`)
}
