import type { CrmEntity } from '../crm.ts'
import type { crmPushes } from './exchange.table.ts'
import type { Wanted } from './wanted.ts'

/** Something of ours that has to be told to another CRM. */
export type CrmPush = typeof crmPushes.$inferSelect

/** What is asked for by name: one with the same key is the same. */
export interface PushRequest {
  projectId: number
  integrationId: number
  entity: CrmEntity
  /** The number of our contact, deal, note or task. */
  subjectId: number
  /** Names the work that asks for it, such as `run:branch`. */
  key: string
  /** What is wanted beyond what the mapping says; null when nothing. */
  wanted: Wanted | null
}

/** What a push is to become. */
export type PushOutcome =
  | { status: 'done'; result?: CrmPush['result'] }
  /** Tried again at that moment. `doubtful`: what was to be made may be there. `free`: this attempt does not count. */
  | { status: 'again'; at: Date; error: string; errorCode: string; doubtful?: boolean; free?: boolean }
  | { status: 'dead'; error: string; errorCode: string; doubtful?: boolean }

/** Its attempt counts from now on as this outcome says. */
export function settled(push: CrmPush, outcome: PushOutcome, now: Date): CrmPush {
  if (outcome.status === 'done')
    return {
      ...push,
      status: 'done',
      doubtful: false,
      startedBy: null,
      error: null,
      errorCode: null,
      result: outcome.result ?? null,
      finishedAt: now,
    }
  const { error, errorCode } = outcome
  const doubtful = push.doubtful || outcome.doubtful === true
  if (outcome.status === 'dead')
    return { ...push, status: 'dead', startedBy: null, error, errorCode, doubtful, finishedAt: now }
  return {
    ...push,
    startedBy: null,
    dueAt: outcome.at,
    error,
    errorCode,
    doubtful,
    attempts: push.attempts - (outcome.free ? 1 : 0),
  }
}
