import { afterAll, afterEach, expect, it } from 'vitest'
import { lockThreads, readLockedThreads } from '../../../src/conversations/receive/locked-threads.store.ts'
import { holdThreads } from '../../../src/flows/engine/remembered-threads.store.ts'
import { lockRuns } from '../../../src/flows/engine/runs.store.ts'
import { asks, flow, leaveStage, openStage, type Stage } from '../../unit/flows/engine/stage.ts'

let stage: Stage
afterEach(() => stage.close())
afterAll(leaveStage)

it('a batch reads the rows of its own threads alone, also before the tables were ever analysed', async () => {
  stage = await openStage({ flows: [flow('Ask', [{ type: 'any_message', to: 'ask' }], { ask: asks('And?', 'it') })] })
  await stage.say(1, 'hi')
  await stage.rest()
  const { projectId } = stage.work
  await stage.db.query(
    `insert into contacts (project_id, created_at, updated_at) select $1, now(), now() from generate_series(1, 1000)`,
    [projectId],
  )
  await stage.db.query(
    `insert into conversations (project_id, channel_id, kind, contact_id, mode, created_at)
     select $1, $2, 'direct', id, 'bot', now() from contacts where first_name is null`,
    [projectId, stage.channelId],
  )
  await stage.db.query(
    `insert into threads (project_id, channel_id, external_id, conversation_id)
     select project_id, channel_id, 'made ' || id, id from conversations where id not in (select conversation_id from threads)`,
  )
  await stage.db.query(
    `insert into runs (id, project_id, flow_id, version_id, contact_id, conversation_id, thread_id, status, branches, variables, inbox,
                       started_at, updated_at)
     select 1000000 + c.id, c.project_id, r.flow_id, r.version_id, c.contact_id, c.id, t.id, 'active', '[]', '{}', '[]', now(), now()
       from conversations c join threads t on t.conversation_id = c.id, runs r where t.external_id like 'made %'`,
  )
  const [thread] = await stage.db.query<{ id: number }>(`select id from threads where external_id = '1'`)
  const read = await stage.db.batchTransaction(async (tx) => {
    const ids = [thread!.id]
    const [, locked, runs] = await Promise.all([
      lockThreads(tx, ids),
      readLockedThreads(tx, ids, { events: [], people: [], speakers: [] }, { events: 500, numberBlocks: 1 }),
      lockRuns(tx, ids, []),
    ])
    expect(runs).toHaveLength(1)
    const remembered = {
      row: locked.rows[0]!,
      runs: runs.map(({ run, version }) => ({ id: run.id, version, json: '' })),
      people: [],
      events: [],
      open: [],
    }
    await holdThreads(tx, [remembered], [])
    // https://www.postgresql.org/docs/current/monitoring-stats.html: what this transaction has read so far.
    return tx.query<{ relname: string; rows: number }>(
      `select relname, (coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int as rows from pg_stat_xact_user_tables
        where coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) > 20`,
    )
  })
  expect(read).toEqual([])
}, 120_000)
