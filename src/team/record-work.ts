import { recordChange } from '../platform/changes.ts'
import type { Tx } from '../platform/database/database.ts'
import type { WorkContext } from './context.ts'

/** What a change is about. */
export interface ChangeSubject {
  contactId?: number | null
  conversationId?: number | null
  dealId?: number | null
}

/** Records what a use case did, when, and who did it (`data.by`). */
export async function recordWork(
  tx: Tx,
  context: WorkContext,
  kind: string,
  subject: ChangeSubject,
  data: Record<string, unknown>,
): Promise<void> {
  await recordChange(tx, {
    projectId: context.projectId,
    kind,
    ...subject,
    data: { ...data, by: context.by },
    at: context.now,
  })
}
