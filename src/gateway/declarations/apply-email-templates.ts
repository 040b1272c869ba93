import { createEmailTemplate } from '../../flows/email-templates/create-email-template.ts'
import { findEmailTemplateByName } from '../../flows/email-templates/email-templates.store.ts'
import { updateEmailTemplate } from '../../flows/email-templates/update-email-template.ts'
import type { Tx } from '../../platform/database/database.ts'
import type { WorkContext } from '../../team/context.ts'
import { atPath } from './at-path.ts'
import type { Applied, Declaration } from './declaration.ts'

/** Applies e-mail templates. */
export async function applyEmailTemplates(
  tx: Tx,
  context: WorkContext,
  { emailTemplates }: Declaration,
): Promise<Applied[]> {
  const applied: Applied[] = []
  for (const [index, declared] of emailTemplates.entries()) {
    const did = await atPath(`emailTemplates[${index}]`, () => applyEmailTemplate(tx, context, declared))
    applied.push({ what: 'e-mail template', name: declared.name, did })
  }
  return applied
}

async function applyEmailTemplate(
  tx: Tx,
  context: WorkContext,
  declared: Declaration['emailTemplates'][number],
): Promise<Applied['did']> {
  const before = await findEmailTemplateByName(tx, context.projectId, declared.name)
  if (!before) {
    await createEmailTemplate(tx, context, declared)
    return 'created'
  }
  // A template that says the same comes back as it was.
  const after = await updateEmailTemplate(tx, context, { ...declared, templateId: before.id })
  const texts = ['subject', 'text', 'html'] as const
  return texts.every((field) => before[field] === after[field]) ? 'unchanged' : 'updated'
}
