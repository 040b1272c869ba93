import { z } from 'zod'
import type { Tx } from '../../platform/database/database.ts'
import { invalidInput, parseInput } from '../../platform/faults.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { toldFields } from '../../team/told-fields.ts'
import { nameTaken } from './create-email-template.ts'
import { type EmailTemplate, emailTemplateFieldsSchema, letterFaults } from './email-template.ts'
import { isTemplateNameTaken, updateEmailTemplateRow } from './email-templates.store.ts'
import { emailTemplateForUpdate } from './get-email-template.ts'

export const emailTemplateUpdateSchema = z.strictObject(emailTemplateFieldsSchema).partial()

/**
 * Changes what is given of an e-mail template. Throws `invalid` with the faults of its placeholders, `not_found`, and
 * `conflict` when the name is taken.
 */
export async function updateEmailTemplate(
  tx: Tx,
  context: WorkContext,
  input: z.input<typeof emailTemplateUpdateSchema> & { templateId: number },
): Promise<EmailTemplate> {
  const { templateId, ...rest } = input
  const wanted = parseInput(emailTemplateUpdateSchema, rest, 'e-mail template')
  const faults = letterFaults(wanted)
  if (faults.length > 0) throw invalidInput('e-mail template', faults)
  const before = await emailTemplateForUpdate(tx, context.projectId, templateId)
  const changed = Object.entries(wanted).filter(
    ([name, value]) => value !== undefined && before[name as keyof typeof wanted] !== value,
  )
  if (changed.length === 0) return before
  if (wanted.name !== undefined && wanted.name !== before.name) {
    if (await isTemplateNameTaken(tx, before, wanted.name)) throw nameTaken(wanted.name)
  }
  const template = await updateEmailTemplateRow(tx, before.id, {
    ...Object.fromEntries(changed),
    updatedAt: context.now,
  })
  const fields = toldFields(
    Object.fromEntries(changed.map(([name, value]) => [name, [before[name as keyof typeof wanted], value]])),
  )
  await recordWork(tx, context, 'email_template.updated', {}, { templateId: template.id, name: template.name, fields })
  return template
}
