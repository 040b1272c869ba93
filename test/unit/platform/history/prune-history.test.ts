import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { channels, events, threads } from '../../../../src/conversations/conversations.table.ts'
import { eventHistory } from '../../../../src/conversations/events.store.ts'
import { flows, flowVersions, type RunStatus, runs, steps } from '../../../../src/flows/flows.table.ts'
import { runHistory } from '../../../../src/flows/trace.store.ts'
import { changes, cursors } from '../../../../src/platform/changes.table.ts'
import { VirtualClock } from '../../../../src/platform/clock.ts'
import { deliveries, deliveryAttempts } from '../../../../src/platform/deliveries/deliveries.table.ts'
import { platformHistory } from '../../../../src/platform/history/platform-history.ts'
import { pruneHistory, scheduleHistory } from '../../../../src/platform/history/prune-history.ts'
import { createJobs } from '../../../../src/platform/jobs/jobs.ts'
import { createLog } from '../../../../src/platform/log.ts'
import { postbackHistory } from '../../../../src/sync/postbacks/postbacks.store.ts'
import { postbackCalls, postbacks } from '../../../../src/sync/postbacks/postbacks.table.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { makeProject } from '../../../project.ts'

let fresh: FreshDatabase
let projectId: number
const clock = new VirtualClock()
const daysAgo = (days: number) => new Date(clock.now().getTime() - days * 86_400_000)
const old = daysAgo(91)
const recent = daysAgo(89)

beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  projectId = (await makeProject(fresh.db)).projectId
})
afterAll(() => fresh.drop())

const parts = () => ({
  db: fresh.db,
  clock,
  log: createLog('silent'),
  tables: [eventHistory, ...runHistory, ...platformHistory, postbackHistory],
  days: 90,
})
const prune = () => pruneHistory(parts(), new AbortController().signal)
const left = async (column: string, table: string) =>
  (await fresh.db.query<{ value: unknown }>(`select ${column} as value from ${table} order by id`)).map(
    (row) => row.value,
  )

const makeThread = async () => {
  const { orm } = fresh.db
  const [channel] = await orm
    .insert(channels)
    .values({
      projectId,
      kind: 'webchat',
      name: 'site',
      settings: {},
      hookId: 'hook',
      enabled: true,
      createdAt: old,
      updatedAt: old,
    })
    .returning()
  const [thread] = await orm.insert(threads).values({ projectId, channelId: channel!.id, externalId: 'a' }).returning()
  return thread!
}

describe('history', () => {
  it('lets events go that were worked on, and keeps those that wait or were set aside', async () => {
    const { channelId, id: threadId } = await makeThread()
    const event = (externalId: string, status: 'pending' | 'done' | 'parked', receivedAt: Date) => ({
      projectId,
      channelId,
      threadId,
      externalId,
      kind: 'message',
      payload: { kind: 'signal', signal: 'test', data: {} } as never,
      status,
      receivedAt,
    })
    await fresh.db.orm
      .insert(events)
      .values([
        event('old', 'done', old),
        event('old, waits', 'pending', old),
        event('old, set aside', 'parked', old),
        event('recent', 'done', recent),
      ])
    await prune()
    expect(await left('external_id', 'events')).toEqual(['old, waits', 'old, set aside', 'recent'])
  })

  it('goes on behind thousands of old rows that stay', async () => {
    const { channelId, id: threadId } = await makeThread()
    await fresh.db.query(
      `insert into events (project_id, channel_id, thread_id, external_id, kind, payload, status, received_at)
       select $1, $2, $3, n::text, 'message', '{}', case when n <= 6000 then 'parked' else 'done' end, $4::timestamptz
         from generate_series(1, 12000) as n`,
      [projectId, channelId, threadId, old.toISOString()],
    )
    await prune()
    const rows = await fresh.db.query('select status, count(*) as count from events group by status')
    expect(rows).toEqual([{ status: 'parked', count: 6000 }])
  })

  it('lets the trace and ended runs go, and keeps runs that go on or have ended lately', async () => {
    const { orm } = fresh.db
    const graph = { name: 'a', triggers: [], blocks: [], arrows: [] } as never
    const [flow] = await orm
      .insert(flows)
      .values({ projectId, name: 'a', draft: graph, revision: 1, createdAt: old, updatedAt: old })
      .returning()
    const [version] = await orm
      .insert(flowVersions)
      .values({ projectId, flowId: flow!.id, number: 1, graph, publishedAt: old })
      .returning()
    const run = (id: number, status: RunStatus, endedAt: Date | null) => ({
      id,
      projectId,
      flowId: flow!.id,
      versionId: version!.id,
      threadId: 1,
      status,
      branches: [],
      variables: {},
      startedAt: old,
      updatedAt: old,
      endedAt,
    })
    await orm
      .insert(runs)
      .values([run(1, 'ended', old), run(2, 'active', null), run(3, 'failed', recent), run(4, 'stopped', old)])
    const step = (id: number, at: Date) => ({ id, runId: 2, blockId: 'a', durationMs: 1, at })
    await orm.insert(steps).values([step(1, old), step(2, recent)])
    await prune()
    expect(await left('id', 'runs')).toEqual([2, 3])
    expect(await left('id', 'steps')).toEqual([2])
  })

  it('lets deliveries go that are over, sent or dead, with their attempts', async () => {
    const delivery = (id: number, status: 'pending' | 'sent' | 'dead', finishedAt: Date | null) => ({
      id,
      projectId,
      queue: 'webhooks',
      lane: String(id),
      kind: 'webhook',
      subjectId: 1,
      payload: {},
      status,
      dueAt: old,
      createdAt: old,
      finishedAt,
    })
    await fresh.db.orm
      .insert(deliveries)
      .values([
        delivery(1, 'sent', old),
        delivery(2, 'dead', old),
        delivery(3, 'pending', null),
        delivery(4, 'dead', recent),
      ])
    const attempt = (deliveryId: number) => ({
      deliveryId,
      number: 1,
      startedAt: old,
      durationMs: 1,
      outcome: 'dead' as const,
    })
    await fresh.db.orm.insert(deliveryAttempts).values([attempt(2), attempt(4)])
    await prune()
    expect(await left('id', 'deliveries')).toEqual([3, 4])
    expect(await left('delivery_id', '(select delivery_id as id, delivery_id from delivery_attempts) as a')).toEqual([
      4,
    ])
  })

  it('keeps changes that a reader of the log has not seen', async () => {
    const record = async (kind: string, at: Date) => {
      const [row] = await fresh.db.orm.insert(changes).values({ projectId, kind, data: {}, at }).returning()
      return row!
    }
    await record('a', old)
    const seenByOne = await record('b', old)
    const seenByBoth = await record('c', old)
    await record('d', old)
    await record('e', recent)
    const cursor = (name: string, { xact, id }: { xact: string; id: number }) => ({
      name,
      xact,
      changeId: id,
      updatedAt: recent,
    })
    await fresh.db.orm.insert(cursors).values([cursor('one', seenByOne), cursor('two', seenByBoth)])
    await prune()
    expect(await left('kind', 'changes')).toEqual(['c', 'd', 'e'])
  })

  it('lets calls of postbacks go', async () => {
    const [postback] = await fresh.db.orm
      .insert(postbacks)
      .values({
        projectId,
        name: 'a',
        tokenHash: 'h',
        token: 't',
        mapping: {} as never,
        enabled: true,
        createdAt: old,
        updatedAt: old,
      })
      .returning()
    const call = (at: Date) => ({ postbackId: postback!.id, body: {}, status: 200, at })
    await fresh.db.orm.insert(postbackCalls).values([call(old), call(recent)])
    await prune()
    expect(await left('id', 'postback_calls')).toEqual([2])
    expect(await left('id', 'postbacks')).toEqual([1])
  })

  it('stops between two slices when the program stops', async () => {
    await fresh.db.orm.insert(changes).values({ projectId, kind: 'a', data: {}, at: old })
    await expect(pruneHistory(parts(), AbortSignal.abort(new Error('stopping')))).rejects.toThrow('stopping')
    expect(await left('kind', 'changes')).toEqual(['a'])
  })

  it('goes every night, as a job', async () => {
    await fresh.db.orm.insert(changes).values({ projectId, kind: 'a', data: {}, at: old })
    const jobs = createJobs({ db: fresh.db, log: createLog('silent') })
    scheduleHistory(jobs, parts())
    await jobs.start()
    expect(await fresh.db.query('select name, cron, timezone from pgboss.schedule')).toEqual([
      { name: 'prune-history', cron: '30 1 * * *', timezone: 'UTC' },
    ])
    await fresh.db.transaction((tx) => jobs.enqueue(tx, 'prune-history', {}))
    await vi.waitFor(async () => expect(await left('kind', 'changes')).toEqual([]), { timeout: 10_000 })
    await jobs.stop(1000)
  })
})
