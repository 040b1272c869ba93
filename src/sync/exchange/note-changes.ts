import type { RecordedChange } from '../../platform/changes.ts'
import type { Tx } from '../../platform/database/database.ts'
import { type ToldChange, tellIntegrations } from './changed-subjects.store.ts'

/** The kinds of changes that another CRM may have to be told of. */
export const exchangedKinds = [
  'contact.updated',
  'contact.label_added',
  'contact.label_removed',
  'contact.responsible_changed',
  'contact.identity_added',
  'contact.identity_removed',
  'contact.merged',
  'contact.unmerged',
  'deal.created',
  'deal.updated',
  'deal.stage_entered',
  'deal.status_changed',
  'deal.assigned',
  'note.added',
  'note.updated',
  'task.created',
  'task.updated',
  'task.done',
] as const

/**
 * Queues what these changes have to tell to other CRMs: what is linked there and what hangs on it, and every deal where all of them go
 * there. What an integration changed itself is not told to it. Gives the integrations for which something was queued.
 */
export function noteChanges(tx: Tx, changes: readonly RecordedChange[], now: Date): Promise<number[]> {
  return tellIntegrations(tx, changes.flatMap(toldBy), now)
}

function toldBy({ projectId, kind, contactId = null, dealId = null, data }: RecordedChange): ToldChange[] {
  const by = data.by as { kind?: string; id?: number } | undefined
  const told = { projectId, contactId, dealId, byIntegration: by?.kind === 'integration' ? (by.id ?? null) : null }
  const [entity] = kind.split('.', 1)
  if (entity === 'contact' && contactId) return [{ ...told, entity, subjectId: contactId }]
  if (entity === 'deal' && dealId) return [{ ...told, entity, subjectId: dealId }]
  const number = entity === 'note' ? data.noteId : data.taskId
  return (entity === 'note' || entity === 'task') && typeof number === 'number'
    ? [{ ...told, entity, subjectId: number }]
    : []
}
