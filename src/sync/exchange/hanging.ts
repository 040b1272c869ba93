import type { Queryable } from '../../platform/database/database.ts'
import { readOurSide } from '../mapping/our-side.store.ts'
import type { OurSide } from '../mapping/our-side.ts'
import { userThere } from '../mapping/users.ts'
import type { ExchangeIntegration } from './exchange.ts'
import { type HangingTask, readNotes, readTasks } from './hanging.store.ts'
import type { Values } from './merge-values.ts'

/** What hangs on a contact or deal: its kinds. */
export type HangingKind = 'note' | 'task'

/** A note or task of ours in neutral values, and what it hangs on. */
export interface Hanging {
  contactId: number | null
  dealId: number | null
  values: Values
  updatedAt: Date
}

/** A task without a moment is to be done so long after it was made: most CRMs have no tasks without one. */
const usualDueMs = 86_400_000

/** Reads notes or tasks of ours, by their number. */
export async function readHanging(
  db: Queryable,
  integration: ExchangeIntegration,
  kind: HangingKind,
  ids: readonly number[],
): Promise<Map<number, Hanging>> {
  const { projectId } = integration
  if (kind === 'note') {
    const notes = await readNotes(db, projectId, ids)
    return new Map(
      notes.map(({ id, contactId, dealId, text, createdAt, updatedAt }) => [
        id,
        { contactId, dealId, values: { text }, updatedAt: updatedAt ?? createdAt },
      ]),
    )
  }
  const tasks = await readTasks(db, projectId, ids)
  if (tasks.length === 0) return new Map()
  const side = await readOurSide(db, projectId)
  return new Map(
    tasks.map((task) => {
      const { id, contactId, dealId, updatedAt } = task
      return [id, { contactId, dealId, values: taskValues(integration, side, task), updatedAt }]
    }),
  )
}

function taskValues(integration: ExchangeIntegration, side: OurSide, task: HangingTask): Values {
  const operator = side.operators.find(({ id }) => id === task.responsibleId)
  const user = operator && userThere(integration, operator)
  return {
    text: task.description ? `${task.name}\n${task.description}` : task.name,
    due_at: moment(task.dueAt ?? new Date(task.createdAt.getTime() + usualDueMs)),
    done: task.status !== 'open',
    ...(user && 'value' in user && { responsible: user.value }),
  }
}

/** To the second: what another CRM keeps of a moment. */
export function moment(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`
}
