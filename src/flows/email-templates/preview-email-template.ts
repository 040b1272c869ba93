import type { Database } from '../../platform/database/database.ts'
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
    const { secrets } = context.project
    // Masked before and not after: what is filled in moves the formatting of the text.
    const project = Object.entries(scope.project).map(([name, value]) => [
      name,
      secrets.includes(String(value)) ? '•••' : value,
    ])
    return fillLetter(template, stepRenderers(context, { ...scope, project: Object.fromEntries(project) }))
  })
}
