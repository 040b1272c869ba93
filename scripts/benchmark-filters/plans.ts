import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import type { ContactsView } from '../../src/contacts/filters/choose-contacts.store.ts'
import { listContacts } from '../../src/contacts/filters/list-contacts.store.ts'
import type { NamedFilter } from './named-filters.ts'

/** Prints the plan and the times of every statement that reads contacts for the first page of a filter. */
export async function explainPage(url: string, view: ContactsView, filter: NamedFilter): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  const statements: { query: string; params: unknown[] }[] = []
  const orm = drizzle(sql, {
    casing: 'snake_case',
    logger: { logQuery: (query, params) => statements.push({ query, params }) },
  })
  const query = async <Row>(text: string, params: unknown[] = []) =>
    (await sql.unsafe(text, params as never[])) as Row[]
  await listContacts({ orm, query }, view, { ...filter.choice, sort: filter.sort, limit: 50 })
  console.log(`\n=== ${filter.name}`)
  for (const statement of statements.filter((each) => each.query.includes('from "contacts"'))) {
    const rows = await sql.unsafe(`explain (analyze, buffers) ${statement.query}`, statement.params as never[])
    console.log(rows.map((row) => row['QUERY PLAN']).join('\n'))
  }
  await sql.end()
}
