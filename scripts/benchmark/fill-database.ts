import postgres from 'postgres'

/** Fills a migrated database of one project and channel with the history of a busy year, and analyses it. */
export async function fillDatabase(url: string, messages: number, contacts: number): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  const [channel] = await sql<{ id: number; project_id: number }[]>`select id::int, project_id::int from channels`
  const { id, project_id: project } = channel!
  await sql.unsafe(`
    insert into contacts (project_id, first_name, created_at, updated_at)
      select ${project}, 'Person ' || n, now(), now() from generate_series(1, ${contacts}) n;
    insert into identities (project_id, contact_id, kind, value, created_at)
      select project_id, id, 'telegram', (1000000 + id)::text, now() from contacts;
    insert into conversations (project_id, channel_id, kind, contact_id, mode, created_at)
      select project_id, ${id}, 'direct', id, 'bot', now() from contacts;
    insert into threads (project_id, channel_id, external_id, conversation_id)
      select project_id, ${id}, (1000000 + contact_id)::text, id from conversations;
    insert into messages (id, project_id, conversation_id, direction, contact_id, external_id, text, addresses_bot, status, at)
      select -n, ${project}, c.id, 'inbound', c.contact_id, n::text, 'message ' || n, true, 'received', now()
        from generate_series(1, ${messages}) n
        join conversations c on c.id = (select min(id) from conversations) + n % ${contacts};
    insert into events (project_id, channel_id, thread_id, external_id, kind, payload, status, received_at)
      select ${project}, ${id}, t.id, 'old:' || n, 'message', '{}', 'done', now()
        from generate_series(1, ${messages}) n
        join threads t on t.id = (select min(id) from threads) + n % ${contacts};
    analyze`)
  await sql.end()
}
