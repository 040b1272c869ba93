import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import type { ContactsView } from '../../src/contacts/filters/choose-contacts.store.ts'
import { listContacts } from '../../src/contacts/filters/list-contacts.store.ts'
import type { Database } from '../../src/platform/database/database.ts'
import { openPostgres } from '../../src/platform/database/postgres.ts'
import type { NamedFilter } from './named-filters.ts'

/** Prints the plan and the times of every statement that reads contacts for the first page of a filter. */
export async function explainPage(url: string, view: ContactsView, filter: NamedFilter): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  const statements: { query: string; params: unknown[] }[] = []
  const logger = { logQuery: (query: string, params: unknown[]) => void statements.push({ query, params }) }
  const orm = drizzle(sql, { casing: 'snake_case', logger })
  const query = async <Row>(text: string, params: unknown[] = []) =>
    (await sql.unsafe(text, params as never[])) as unknown as Row[]
  const db = openPostgres(url)
  // One connection without a transaction: what is set for the statements stays for their plans.
  await query(
    `select set_config('random_page_cost', '1.1', false), set_config('jit', 'off', false), set_config('work_mem', '32MB', false), set_config('max_parallel_workers_per_gather', '0', false)`,
  )
  const logged: Database = { ...db, transaction: (work) => work({ transaction: true, orm, query }) }
  await listContacts(logged, view, { ...filter.choice, sort: filter.sort, limit: 50 })
  console.log(`\n=== ${filter.name}`)
  for (const statement of statements.filter((each) => each.query.includes(' "contacts"'))) {
    const rows = await sql.unsafe(`explain (analyze, buffers) ${statement.query}`, statement.params as never[])
    console.log(rows.map((row) => row['QUERY PLAN']).join('\n'))
  }
  await sql.end()
  await db.close()
}
