import { parseArgs } from 'node:util'
import postgres from 'postgres'
import type { ContactsView } from '../src/contacts/filters/choose-contacts.store.ts'
import { countContacts, listContacts } from '../src/contacts/filters/list-contacts.store.ts'
import { filterFields } from '../src/gateway/filter-fields.ts'
import { openPostgres, type PostgresDatabase } from '../src/platform/database/postgres.ts'
import { fillContacts } from './benchmark-filters/fill-contacts.ts'
import { type NamedFilter, namedFilters } from './benchmark-filters/named-filters.ts'
import { explainPage } from './benchmark-filters/plans.ts'

/**
 * Measures the search and the filters of contacts on a filled PostgreSQL, beside a bare query by primary key:
 * `node scripts/benchmark-filters.ts --database postgres://…`. It makes a database of its own there and drops it at the end.
 */
const { values } = parseArgs({
  options: {
    database: { type: 'string' },
    contacts: { type: 'string', default: '200000' },
    rounds: { type: 'string', default: '40' },
    /** Show how the database does each first page. */
    plans: { type: 'boolean', default: false },
    /** Leave the filled database there, and use it when it is there already. */
    keep: { type: 'boolean', default: false },
  },
})
if (!values.database) throw new Error('Expected --database, the address of a PostgreSQL server.')
const rounds = Number(values.rounds)
const warmUps = 3
const name = 'parley_benchmark_filters'

const admin = postgres(values.database, { max: 1, onnotice: () => {} })
const isThere = (await admin`select 1 from pg_database where datname = ${name}`).length > 0
if (isThere && !values.keep) await admin.unsafe(`drop database ${name} with (force)`)
if (!isThere || !values.keep) await admin.unsafe(`create database ${name}`)
const url = new URL(values.database)
url.pathname = `/${name}`
const db = openPostgres(url.href)
if (!isThere || !values.keep) {
  const start = performance.now()
  await fillContacts(db, Number(values.contacts))
  console.log(`${values.contacts} contacts were made in ${Math.round((performance.now() - start) / 1000)} s.`)
}
const [row] = await db.query<{ id: number }>('select min(id) as id from projects')
const now = new Date('2026-11-01T12:00:00Z')
const view: ContactsView = { projectId: row!.id, now, further: filterFields }
const filters = await namedFilters(db)

if (values.plans) for (const filter of filters) await explainPage(url.href, view, filter)
else await measure(db, filters)

await db.close()
if (!values.keep) await admin.unsafe(`drop database ${name} with (force)`)
await admin.end()

/** All filters in turn, again and again, so that what else the machine does meets them all. */
async function measure(on: PostgresDatabase, named: NamedFilter[]): Promise<void> {
  const times = new Map<string, { page: number[]; count: number[]; found: string }>()
  const bare: number[] = []
  for (let round = -warmUps; round < rounds; round++) {
    const id = 1 + (((round + warmUps) * 4999) % Number(values.contacts))
    const ms = await timed(() => on.query('select * from contacts where id = $1', [id]))
    if (round >= 0) bare.push(ms)
    for (const filter of named) {
      const page = await timed(() => listContacts(on, view, { ...filter.choice, sort: filter.sort, limit: 50 }))
      let found = ''
      const count = await timed(async () => {
        const { count: some, more } = await countContacts(on, view, filter.choice)
        found = more ? `more than ${some}` : String(some)
      })
      const known = times.get(filter.name) ?? { page: [], count: [], found }
      if (round >= 0) {
        known.page.push(page)
        known.count.push(count)
      }
      times.set(filter.name, known)
    }
  }
  console.log(
    `Milliseconds, ${rounds} rounds; a contact by its primary key: p50 ${quantile(bare, 0.5)}, p95 ${quantile(bare, 0.95)}`,
  )
  console.table(
    Object.fromEntries(
      [...times].map(([filter, { page, count, found }]) => [
        filter,
        {
          'page p50': quantile(page, 0.5),
          'page p95': quantile(page, 0.95),
          'count p50': quantile(count, 0.5),
          'count p95': quantile(count, 0.95),
          found,
        },
      ]),
    ),
  )
  const slow = [...times].filter(([, { page }]) => quantile(page, 0.95) >= 100).map(([filter]) => filter)
  console.log(
    slow.length === 0 ? 'All first pages are below 100 ms at p95.' : `Not below 100 ms at p95: ${slow.join(', ')}`,
  )
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function quantile(numbers: number[], part: number): number {
  const sorted = numbers.toSorted((one, other) => one - other)
  return Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN).toFixed(1))
}
