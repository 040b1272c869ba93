import postgres from 'postgres'
import { startBaseline } from './baseline.ts'
import { runSubject } from './subject.ts'

/** grammY behind Hono with the least that keeps a message: one INSERT commit before the answer, one UPDATE after the reply. */
runSubject(async (input) => {
  const sql = postgres(input.databaseUrl!, { max: 10, onnotice: () => {} })
  await sql`create table baseline_updates (id bigint primary key, body jsonb not null, done boolean not null default false)`
  return startBaseline(input, {
    begin: async (update) => {
      await sql`insert into baseline_updates (id, body) values (${update.update_id}, ${sql.json(update as never)}) on conflict do nothing`
    },
    end: async (update) => {
      await sql`update baseline_updates set done = true where id = ${update.update_id}`
    },
    stop: () => sql.end(),
  })
})
