import type { Database } from '../../platform/database/database.ts'
import { maskSecrets } from '../../platform/mask.ts'
import type { Vault } from '../../platform/secrets.ts'
import type { WorkContext } from '../../team/context.ts'
import type { BlockRegistry } from '../block.ts'
import { EngineCache } from '../engine/engine-cache.ts'
import { type Rehearsal, rehearseStep } from '../engine/rehearse-step.ts'
import { stepRenderers, stepScope } from '../engine/step-scope.ts'
import { fillLetter, type Letter } from './email-template.ts'
import { getEmailTemplate } from './get-email-template.ts'

interface Parts {
  db: Database
  vault: Vault
  blocks: BlockRegistry
}

/**
 * An e-mail template as a contact would get it; nothing is sent. Secrets are masked. Throws `not_found`, and `invalid` when
 * the deal is not the contact's or a placeholder cannot be filled in.
 */
export async function previewEmailTemplate(
  { db, vault, blocks }: Parts,
  work: WorkContext,
  { templateId, ...rehearsal }: Rehearsal & { templateId: number },
): Promise<Letter> {
  return db.transaction(async (tx) => {
    const template = await getEmailTemplate(tx, work.projectId, templateId)
    const { step, context } = await rehearseStep(tx, work, new EngineCache(blocks, vault), rehearsal)
    const scope = stepScope(context, step.state)
    return maskSecrets(fillLetter(template, stepRenderers(context, scope)), context.project.secrets) as Letter
  })
}
