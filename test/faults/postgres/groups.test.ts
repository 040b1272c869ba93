import { afterAll, beforeAll, expect, it } from 'vitest'
import { createConversations } from '../../../src/conversations/conversations.store.ts'
import { ensureThreads } from '../../../src/conversations/events.store.ts'
import { adoptGroup } from '../../../src/conversations/groups/adopt-group.ts'
import { lockThreads, readLockedThreads } from '../../../src/conversations/receive/locked-threads.store.ts'
import type { Database } from '../../../src/platform/database/database.ts'
import { openPostgres } from '../../../src/platform/database/postgres.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { seed } from '../../parley.ts'

let fresh: FreshDatabase
let other: Database
beforeAll(async () => {
  fresh = await freshDatabase()
  other = openPostgres(fresh.url!)
})
afterAll(async () => {
  await other.close()
  await fresh.drop()
})

it('a group whose first message another process takes at the same moment has one conversation, the client’s', async () => {
  const { work, channels } = await seed(fresh.db, {
    channels: [{ kind: 'webchat', name: 'site', settings: {} }],
    flows: [],
  })
  const channelId = channels[0]!.id
  const key = { project_id: work.projectId, channel_id: channelId, external_id: 'group' }
  const [person] = await fresh.db.query<{ id: number }>(
    'insert into contacts (project_id, created_at, updated_at) values ($1, now(), now()) returning id',
    [work.projectId],
  )
  // Something was told of the group before, which opened no conversation.
  const [thread] = await fresh.db.transaction((tx) => ensureThreads(tx, [key]))
  const ids = [thread!.id]
  const now = new Date()
  let adopting: Promise<unknown> = Promise.resolve()
  await other.transaction(async (tx) => {
    await lockThreads(tx, ids)
    const arriving = { events: [], people: [], speakers: [] }
    const { threads } = await readLockedThreads(tx, ids, arriving, { events: 0, numberBlocks: 0 })
    adopting = fresh.db.transaction((tx) =>
      adoptGroup(tx, now, {
        projectId: work.projectId,
        channelId,
        thread: 'group',
        title: 'Ours',
        contactId: Number(person!.id),
        dealId: null,
      }),
    )
    await expect
      .poll(() =>
        fresh.db.query(
          `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
        ),
      )
      .toHaveLength(1)
    await createConversations(tx, now, [{ thread: threads[0]!, kind: 'group', title: 'Group', contact: undefined }])
  })
  await adopting
  expect(await fresh.db.query('select title, contact_id from conversations')).toEqual([
    { title: 'Ours', contact_id: person!.id },
  ])
})
