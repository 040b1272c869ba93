import { conversationLane } from '../../conversations/deliver/message-delivery.ts'
import { personOf } from '../../conversations/receive/admit-threads.ts'
import { eventKey, type ThreadRow } from '../../conversations/receive/locked-threads.store.ts'
import { personKey } from '../../conversations/receive/speaking-operators.store.ts'
import { snakeKeys } from '../../platform/database/json-row.ts'
import type { BatchResult, WrittenRows } from './advance-batch.ts'
import type { Arrival } from './batch.ts'
import { type RememberedRun, type RememberedThread, type RememberedThreads, versionOf } from './remembered-threads.ts'
import type { RunState } from './thread-context.ts'

/** So many of a thread's last events are known again. */
const keptEvents = 20
/** Runs of so many characters are not worth their place. */
const longestRuns = 50_000

/**
 * Remembers, after the commit, how the threads of a batch stand, and notes whether those that were remembered before stood so. Without
 * `written`, what the batch wrote, nothing is remembered.
 */
export function rememberBatch(
  memory: RememberedThreads,
  arrivals: readonly Arrival[],
  result: BatchResult,
  written: WrittenRows | undefined,
): void {
  const { locked, states, later } = result
  const met = locked.rows.flatMap((row) => memory.get(row.id) ?? [])
  if (met.length > 0) memory.proved(locked.rows.every((row) => stoodAsRemembered(row, states, memory)))
  memory.numbers = locked.numbers
  const unfinished = new Set(later.map(({ threadId }) => threadId))
  for (const row of locked.rows) {
    const thread =
      written && !unfinished.has(row.id) ? standingOf(row, memory.get(row.id), arrivals, result, written) : undefined
    if (thread) memory.keep(thread)
    else memory.forget(row.id)
  }
}

function stoodAsRemembered(row: ThreadRow, states: RunState[], memory: RememberedThreads): boolean {
  const thread = memory.get(row.id)
  if (!thread) return true
  const runs = runsOf(row.contact?.row.id, states).flatMap(({ run, version }) =>
    version === undefined ? [] : [{ id: run.id, version }],
  )
  return versionOf(thread.row, thread.runs) === versionOf(row, runs)
}

/** How a thread between two stands now; undefined of others, and where that is not known. */
function standingOf(
  row: ThreadRow,
  before: RememberedThread | undefined,
  arrivals: readonly Arrival[],
  { locked, states, writes }: BatchResult,
  written: WrittenRows,
): RememberedThread | undefined {
  if (row.channel_id === 0 || !row.conversation || !row.contact || row.conversation.row.kind !== 'direct')
    return undefined
  const conversation = written.conversations.get(row.conversation.row.id as number) ?? row.conversation
  const contact = written.contacts.get(row.contact.row.id as number) ?? row.contact
  const contactId = contact.row.id as number
  if (conversation.row.contact_id !== contactId) return undefined

  const runs: RememberedRun[] = []
  for (const { run, touched, version } of runsOf(contactId, states)) {
    if (run.status !== 'active') continue
    if (!touched && version !== undefined) runs.push({ id: run.id, version, json: JSON.stringify(snakeKeys(run)) })
    else if (written.runs.has(run.id)) runs.push(written.runs.get(run.id)!)
    else return undefined
  }
  if (runs.reduce((sum, { json }) => sum + json.length, 0) > longestRuns) return undefined

  const mine = arrivals.filter(({ channelId, thread }) => channelId === row.channel_id && thread === row.external_id)
  const people = mine.flatMap(({ projectId, queued }) => {
    const identity = personOf(queued.event)?.identities[0]
    const key = identity && personKey(projectId, identity)
    return key !== undefined && locked.people.get(key)?.id === contactId ? [key] : []
  })
  const events = mine.map(({ channelId, queued }) =>
    eventKey({ channel_id: channelId, external_id: queued.externalId }),
  )
  const lane = conversationLane(conversation.row.id as number)
  return {
    row: { ...row, conversation, contact },
    runs,
    people: [...new Set([...(before?.people ?? []), ...people])],
    events: [...new Set([...(before?.events ?? []), ...events])].slice(-keptEvents),
    open: [
      ...(locked.open.get(lane) ?? []),
      ...writes.deliveries.filter((delivery) => delivery.lane === lane).map(({ id }) => id),
    ],
  }
}

/** The runs of a contact that are at hand, by number. */
function runsOf(contactId: unknown, states: RunState[]): RunState[] {
  return states.filter(({ run }) => run.contactId === contactId).toSorted((one, other) => one.run.id - other.run.id)
}
