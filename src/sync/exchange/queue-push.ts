import type { Tx } from '../../platform/database/database.ts'
import type { CrmPush, PushRequest } from './push.ts'
import { insertPush } from './pushes.store.ts'

/** The topic that wakes whoever works for an integration. */
export const exchangeTopic = (integrationId: number): string => `crm:${integrationId}`

/** The topic that tells of a push's end. */
export const pushedTopic = (pushId: number): string => `pushed:${pushId}`

/**
 * Asks for something of ours to be told to another CRM; asked with the same key it is the same push. What there is of it already goes
 * along as the mapping says; `wanted` stands above that. Wake {@link exchangeTopic} after the commit.
 */
export function queuePush(tx: Tx, request: PushRequest, now: Date): Promise<CrmPush> {
  return insertPush(tx, request, now)
}
