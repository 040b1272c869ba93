import type { Queryable } from '../../platform/database/database.ts'
import type { ChangeTrigger, Trigger } from '../flow.ts'
import { readLiveTriggers } from './change-triggers.store.ts'

/** A published flow that changes start. */
export interface ListeningFlow {
  flowId: number
  name: string
  triggers: ChangeTrigger[]
}

/** The kinds of change after which a project may listen to others. */
export const listeningKinds = ['flow.published', 'flow.unpublished'] as const

const changeTriggerTypes: ReadonlySet<Trigger['type']> = new Set<ChangeTrigger['type']>([
  'stage_entered',
  'deal_created',
  'deal_field_changed',
  'label_added',
  'label_removed',
  'field_changed',
  'task_overdue',
  'task_done',
  'assigned',
])

/**
 * What each project listens to, remembered while the log of changes is read: that a flow was published stands in the log itself,
 * before every change that it has to hear.
 */
export class LiveTriggers {
  readonly #projects = new Map<number, ListeningFlow[]>()

  /** The project's flows that changes start, the oldest first. */
  async of(db: Queryable, projectId: number): Promise<readonly ListeningFlow[]> {
    const known = this.#projects.get(projectId)
    if (known) return known
    const flows = (await readLiveTriggers(db, projectId))
      .map((flow) => ({ ...flow, triggers: flow.triggers.filter(isChangeTrigger) }))
      .filter((flow) => flow.triggers.length > 0)
    this.#projects.set(projectId, flows)
    return flows
  }

  forget(projectId: number): void {
    this.#projects.delete(projectId)
  }

  clear(): void {
    this.#projects.clear()
  }
}

function isChangeTrigger(trigger: Trigger): trigger is ChangeTrigger {
  return changeTriggerTypes.has(trigger.type)
}
