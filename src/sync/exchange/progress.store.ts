import type { Queryable } from '../../platform/database/database.ts'

/** How far an integration is with what is to be told. */
export interface ExchangeProgress {
  /** Pushes that wait for their turn or their next attempt. */
  waiting: number
  working: number
  /** As far as they are remembered. */
  done: number
  dead: number
  /** Things there that changed and are still to be read. */
  heard: number
  /** Since when the oldest one waits. */
  waitingSince: Date | null
  /** Pushes done a minute, of late. */
  perMinute: number
  /** When nothing will wait any more at this rate; null when nothing waits or nothing moves. */
  expectedEnd: Date | null
}

/** The rate is that of so many of the last minutes. */
const rateMinutes = 5

export async function readExchangeProgress(db: Queryable, integrationId: number, now: Date): Promise<ExchangeProgress> {
  const [row] = await db.query<{
    waiting: number
    working: number
    done: number
    dead: number
    heard: number
    waiting_since: string | null
    recent: number
    recent_since: string | null
  }>(
    `select count(*) filter (where finished_at is null and started_by is null)::int as waiting,
            count(*) filter (where finished_at is null and started_by is not null)::int as working,
            count(*) filter (where status = 'done')::int as done, count(*) filter (where status = 'dead')::int as dead,
            (select count(*)::int from crm_heard h where h.integration_id = $1) as heard,
            to_json(min(created_at) filter (where finished_at is null)) #>> '{}' as waiting_since,
            count(*) filter (where status = 'done' and finished_at > $2::timestamptz)::int as recent,
            to_json(min(first_started_at) filter (where status = 'done' and finished_at > $2::timestamptz)) #>> '{}' as recent_since
       from crm_pushes where integration_id = $1`,
    [integrationId, new Date(now.getTime() - rateMinutes * 60_000).toISOString()],
  )
  const { waiting, working, done, dead, heard, recent } = row!
  const begun = row!.recent_since === null ? now : new Date(row!.recent_since)
  const minutes = Math.min(rateMinutes, Math.max(1 / 60, (now.getTime() - begun.getTime()) / 60_000))
  const left = waiting + working
  return {
    waiting,
    working,
    done,
    dead,
    heard,
    waitingSince: row!.waiting_since === null ? null : new Date(row!.waiting_since),
    perMinute: Math.round((recent / minutes) * 10) / 10,
    expectedEnd: left === 0 || recent === 0 ? null : new Date(now.getTime() + (left / recent) * minutes * 60_000),
  }
}
