import type { Queryable } from './database/database.ts'

/**
 * Takes or keeps, for `holder`, those of the named leases that are free, lapsed or already its own, until `seconds` from now,
 * and gives the names it holds. The database's clock decides: the machines' clocks may differ.
 */
export async function holdLeases(db: Queryable, names: string[], holder: string, seconds: number): Promise<string[]> {
  const rows = await db.query<{ name: string }>(
    `insert into leases (name, holder, expires_at)
     select name, $2, now() + make_interval(secs => $3) from unnest($1::text[]) as wanted (name) order by name
     on conflict (name) do update set holder = excluded.holder, expires_at = excluded.expires_at
       where leases.holder = excluded.holder or leases.expires_at < now()
     returning name`,
    [names, holder, seconds],
  )
  return rows.map((row) => row.name)
}

/** Gives up everything that `holder` holds, so that another process need not wait for it to lapse. */
export async function releaseLeases(db: Queryable, holder: string): Promise<void> {
  await db.query('delete from leases where holder = $1', [holder])
}

/** Frees everything: whoever held it is known to be dead. */
export async function clearLeases(db: Queryable): Promise<void> {
  await db.query('delete from leases')
}

/** Who holds the named leases now, by name. */
export async function leaseHolders(db: Queryable, names: string[]): Promise<Map<string, string>> {
  const rows = await db.query<{ name: string; holder: string }>(
    'select name, holder from leases where name = any($1::text[]) and expires_at > now()',
    [names],
  )
  return new Map(rows.map(({ name, holder }) => [name, holder]))
}
