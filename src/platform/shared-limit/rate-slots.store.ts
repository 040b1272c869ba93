import type { Queryable } from '../database/database.ts'

/** A limit that all processes share: so many requests within any second, or any minute. Those of the same name are the same. */
export type RateLimit = { name: string } & ({ perSecond: number } | { perMinute: number })

/** A place that was taken; `until` tells this taking from later ones. */
export interface Place {
  name: string
  slot: number
  until: string
  /** It counts so many seconds after its request. */
  counts: number
}

/** What came of asking for places: all of them, or how long until the next look is worth it. */
export type Taking = { places: Place[] } | { waitMs: number }

interface TakingRow {
  name: string
  slot: number | null
  until: string | null
  known: number
  waitMs: number | null
}

/**
 * Takes a place of every limit, or none, for so many seconds besides those that it counts, in one statement. The database's clock decides:
 * the machines' clocks may differ. Places that do not exist yet are made.
 */
export async function takePlaces(db: Queryable, limits: readonly RateLimit[], seconds: number): Promise<Taking> {
  const names = limits.map(({ name }) => name)
  const sizes = limits.map(sizeOf)
  const holds = limits.map((limit) => windowOf(limit) + seconds)
  const rows = await db.query<TakingRow>(
    `with wanted as (
       select name, places, hold from unnest($1::text[], $2::int[], $3::float8[]) as wanted (name, places, hold)
     ), free as (
       select wanted.name, wanted.hold, place.slot from wanted cross join lateral (
         select slot from rate_slots
         where rate_slots.name = wanted.name and slot <= wanted.places and free_at <= now()
         order by free_at, slot limit 1 for update skip locked
       ) as place
     ), taken as (
       update rate_slots set free_at = now() + make_interval(secs => free.hold) from free
       where rate_slots.name = free.name and rate_slots.slot = free.slot
         and (select count(*) from free) = (select count(*) from wanted)
       returning rate_slots.name, rate_slots.slot, rate_slots.free_at
     )
     select wanted.name, taken.slot, taken.free_at::text as until, place.known, place."waitMs"
     from wanted left join taken on taken.name = wanted.name cross join lateral (
       select count(*)::int as known, (extract(epoch from min(free_at) - now()) * 1000)::float8 as "waitMs"
       from rate_slots where rate_slots.name = wanted.name and slot <= wanted.places
     ) as place`,
    [names, sizes, holds],
  )
  if (rows.every(({ slot }) => slot !== null)) {
    const counts = new Map(limits.map((limit) => [limit.name, windowOf(limit)]))
    return {
      places: rows.map(({ name, slot, until }) => ({ name, slot: slot!, until: until!, counts: counts.get(name)! })),
    }
  }
  if (rows.some(({ known }, index) => known < sizes[index]!)) {
    await makePlaces(db, limits)
    return { waitMs: 0 }
  }
  return { waitMs: Math.max(0, ...rows.map(({ waitMs }) => waitMs ?? 0)) }
}

/** Holds places until a moment that is told for each in seconds from now; those that lapsed and were taken by others are left alone. */
export async function holdPlaces(
  db: Queryable,
  places: readonly Place[],
  seconds: (place: Place) => number,
): Promise<Place[]> {
  const rows = await db.query<Pick<Place, 'name' | 'until'>>(
    `update rate_slots set free_at = now() + make_interval(secs => held.seconds)
     from unnest($1::text[], $2::int[], $3::text[], $4::float8[]) as held (name, slot, until, seconds)
     where rate_slots.name = held.name and rate_slots.slot = held.slot and rate_slots.free_at = held.until::timestamptz
     returning rate_slots.name, rate_slots.free_at::text as until`,
    [
      places.map(({ name }) => name),
      places.map(({ slot }) => slot),
      places.map(({ until }) => until),
      places.map(seconds),
    ],
  )
  return places.flatMap((place) => {
    const row = rows.find(({ name }) => name === place.name)
    return row ? { ...place, until: row.until } : []
  })
}

async function makePlaces(db: Queryable, limits: readonly RateLimit[]): Promise<void> {
  await db.query(
    `insert into rate_slots (name, slot, free_at)
     select name, slot, now() from unnest($1::text[], $2::int[]) as wanted (name, places),
       generate_series(1, places) as slot
     order by name, slot on conflict do nothing`,
    [limits.map(({ name }) => name), limits.map(sizeOf)],
  )
}

function sizeOf(limit: RateLimit): number {
  return 'perMinute' in limit ? limit.perMinute : limit.perSecond
}

/** In seconds. */
function windowOf(limit: RateLimit): number {
  return 'perMinute' in limit ? 60 : 1
}
