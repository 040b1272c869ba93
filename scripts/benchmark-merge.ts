import { join } from 'node:path'
import { parseArgs } from 'node:util'
import postgres from 'postgres'
import { mergeContacts } from '../src/contacts/merge/merge-contacts.ts'
import { previewMerge } from '../src/contacts/merge/preview-merge.ts'
import { previewUndo } from '../src/contacts/merge/preview-undo.ts'
import { undoMerge } from '../src/contacts/merge/undo-merge.ts'
import { mergeFollowers } from '../src/gateway/merge-followers.ts'
import type { Database } from '../src/platform/database/database.ts'
import { openEmbedded } from '../src/platform/database/embedded.ts'
import { migrate } from '../src/platform/database/migrate.ts'
import { openPostgres } from '../src/platform/database/postgres.ts'
import type { WorkContext } from '../src/team/context.ts'

/**
 * Measures the merge of two contacts with 10,000 messages each, and its undo, beside a bare UPDATE of the same rows:
 * `node scripts/benchmark-merge.ts --database postgres://…`; without `--database` on the embedded database only.
 */
const { values } = parseArgs({
  options: {
    database: { type: 'string' },
    rounds: { type: 'string', default: '15' },
    messages: { type: 'string', default: '10000' },
    /** Messages of a hundred other contacts that are there already. */
    others: { type: 'string', default: '200000' },
  },
})
const rounds = Number(values.rounds)
const messages = Number(values.messages)
const migrations = join(import.meta.dirname, '../migrations')
const [survivorId, secondId] = [1, 2]

if (values.database) await measureServer(values.database)
await measureEmbedded()

async function measureServer(server: string): Promise<void> {
  const name = 'parley_benchmark_merge'
  const admin = postgres(server, { max: 1, onnotice: () => {} })
  await admin.unsafe(`drop database if exists ${name} with (force)`)
  await admin.unsafe(`create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  const db = openPostgres(url.href)
  await measure('PostgreSQL', db)
  await db.close()
  await admin.unsafe(`drop database ${name} with (force)`)
  await admin.end()
}

async function measureEmbedded(): Promise<void> {
  const db = await openEmbedded()
  await measure('embedded, in memory', db)
  await db.close()
}

/** Everything in turn, round after round, so that what else the machine does meets all of it. */
async function measure(title: string, db: Database): Promise<void> {
  await migrate(db, migrations)
  await fill(db)
  const context: WorkContext = { projectId: 1, now: new Date(), by: { kind: 'system' } }
  const times = new Map<string, number[]>()
  const time = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const begin = performance.now()
    const result = await work()
    times.set(what, [...(times.get(what) ?? []), performance.now() - begin])
    return result
  }
  for (let round = 0; round < rounds; round++) {
    await time('bare UPDATE', () => moveMessages(db, secondId, survivorId))
    await moveMessages(db, survivorId, secondId)
    await db.query('vacuum messages')
    const input = { survivorId, secondId }
    await time('preview', () => previewMerge(db, context, input, mergeFollowers))
    const { merge } = await time('merge', () =>
      db.transaction((tx) => mergeContacts(tx, context, input, mergeFollowers)),
    )
    await time('preview of the undo', () => previewUndo(db, context, { mergeId: merge.id }, mergeFollowers))
    await time('undo', () => db.transaction((tx) => undoMerge(tx, context, { mergeId: merge.id }, mergeFollowers)))
    await db.query('vacuum messages')
  }
  const baseline = median(times.get('bare UPDATE')!)
  console.log(`\nTwo contacts with ${messages} messages each, ${title}: median of ${rounds}`)
  console.table(
    Object.fromEntries(
      [...times].map(([what, each]) => [
        what,
        { ms: Number(median(each).toFixed(1)), 'of a bare UPDATE': Number((median(each) / baseline).toFixed(2)) },
      ]),
    ),
  )
}

function moveMessages(db: Database, from: number, to: number): Promise<unknown> {
  return db.transaction((tx) =>
    tx.query('update messages set contact_id = $2 where conversation_id = 2 and contact_id = $1', [from, to]),
  )
}

/** Two contacts with a conversation, deals, notes and runs, and a hundred others. */
async function fill(db: Database): Promise<void> {
  const others = Number(values.others)
  for (const statement of [
    `insert into projects (name, time_zone, country, working_hours, created_at) values ('Shop', 'UTC', 'DE', '{}', now())`,
    `insert into channels (project_id, kind, name, settings, hook_id, enabled, created_at, updated_at)
     values (1, 'webchat', 'site', '{}', 'hook', true, now(), now())`,
    `insert into contacts (project_id, first_name, created_at, updated_at)
     select 1, 'Person ' || n, now(), now() from generate_series(1, 102) n`,
    `insert into identities (project_id, contact_id, kind, value, created_at)
     select 1, id, 'webchat', id::text, now() from contacts order by contacts.id`,
    `insert into conversations (project_id, channel_id, kind, contact_id, came_by, mode, created_at)
     select 1, 1, 'direct', id, 'webchat/' || id, 'bot', now() from contacts order by contacts.id`,
    `insert into threads (project_id, channel_id, external_id, conversation_id)
     select 1, 1, id::text, id from conversations order by conversations.id`,
    `insert into messages (id, project_id, conversation_id, direction, contact_id, external_id, text, addresses_bot, status, at)
     select n, 1, c, 'inbound', c, n::text, 'message ' || n, true, 'received', now()
       from generate_series(1, ${2 * messages + others}) n,
            lateral (select case when n <= ${2 * messages} then 1 + n % 2 else 3 + n % 100 end as c) as one`,
    `insert into notes (project_id, contact_id, text, created_at)
     select 1, 1 + n % 2, 'note ' || n, now() from generate_series(1, 100) n`,
    'analyze',
  ])
    await db.query(statement)
}

function median(numbers: number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN
}
