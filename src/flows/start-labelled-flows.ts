import { latestConversation } from '../conversations/conversations.store.ts'
import { raiseSignal } from '../conversations/raise-signal.ts'
import type { RecordedChange } from '../platform/changes.ts'
import type { Tx } from '../platform/database/database.ts'
import { flowOfRun, readLiveVersions } from './engine/runs.store.ts'

/**
 * Starts the flows that a new label triggers: a reader of the log of changes. A label that a flow adds counts too, but never
 * starts the flow anew whose run added it. Gives the threads to wake after the commit.
 */
export async function startLabelledFlows(tx: Tx, changes: RecordedChange[]): Promise<number[]> {
  const added = changes.filter((change) => change.kind === 'contact.label_added' && change.contactId)
  const threads: number[] = []
  for (const change of added) {
    const by = change.data.by as { runId?: number } | undefined
    const addedBy = by?.runId === undefined ? undefined : await flowOfRun(tx, by.runId)
    for (const { flowId, graph } of await readLiveVersions(tx, change.projectId)) {
      const trigger = graph.triggers.find(
        (candidate) => candidate.type === 'label_added' && candidate.label === change.data.label,
      )
      if (!trigger || flowId === addedBy) continue
      const latest = await latestConversation(tx, change.contactId!, null)
      const thread = await raiseSignal(tx, change.at, {
        projectId: change.projectId,
        thread: latest ? { conversationId: latest.conversation.id } : { contactId: change.contactId! },
        key: `label:${change.id}:${flowId}`,
        signal: 'start',
        data: { flow: flowId, block: trigger.to, trigger: 'label_added' },
      })
      threads.push(thread)
    }
  }
  return threads
}
