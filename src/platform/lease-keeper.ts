import type { Database } from './database/database.ts'
import { messageOf } from './errors.ts'
import { holdLeases, releaseLeases } from './leases.ts'
import type { Log } from './log.ts'

export interface LeaseKeeperOptions {
  db: Database
  log: Log
  /** The name of this process. */
  holder: string
  /** What this process would hold, as it stands now. */
  wanted(): string[]
  /** Begins what the lease is for. When it throws, the lease counts as lost, and is taken anew at the next look. */
  onGained(name: string): Promise<void>
  /** Ends it; called in turn, after what was begun. */
  onLost(name: string): Promise<void>
}

export interface LeaseKeeper {
  /** Looks at once, as what is wanted changed. */
  refresh(): Promise<void>
  /** Gives up everything, so that another process takes over at once. */
  stop(): Promise<void>
}

/** A lease lapses so many seconds after its holder was last heard of. */
const leaseSeconds = 10
const heartbeatMs = 3000
/** While something that is wanted is not ours, we look more often: its holder may be dead. */
const lookMs = 1000

/** Takes what is free of the wanted leases, keeps what it holds, and tells of both. */
export async function keepLeases(options: LeaseKeeperOptions): Promise<LeaseKeeper> {
  const { db, log, holder } = options
  const held = new Set<string>()
  const turns = new Map<string, Promise<void>>()
  let heardAt = performance.now()
  let beatAt = 0
  let running = Promise.resolve()

  const inTurn = (name: string, work: () => Promise<void>): void => {
    const turn = (turns.get(name) ?? Promise.resolve())
      .then(work)
      .catch((error) => log.error({ error, lease: name }, 'What a lease is for could not be begun or ended.'))
      .finally(() => {
        if (turns.get(name) === turn) turns.delete(name)
      })
    turns.set(name, turn)
  }
  const gain = (name: string): void => {
    held.add(name)
    inTurn(name, () =>
      options.onGained(name).catch((error) => {
        lose([name])
        throw error
      }),
    )
  }
  const lose = (names: Iterable<string>): void => {
    for (const name of [...names]) if (held.delete(name)) inTurn(name, () => options.onLost(name))
  }
  const beat = async (): Promise<void> => {
    const wanted = options.wanted()
    lose([...held].filter((name) => !wanted.includes(name)))
    const begin = performance.now()
    beatAt = begin
    try {
      const granted = new Set(wanted.length === 0 ? [] : await holdLeases(db, wanted, holder, leaseSeconds))
      heardAt = begin
      lose([...held].filter((name) => !granted.has(name)))
      for (const name of granted) if (!held.has(name)) gain(name)
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'Leases could not be renewed.')
    }
  }
  const refresh = (): Promise<void> => {
    running = running.then(beat)
    return running
  }
  let beating = false
  const look = (): void => {
    // Before they lapse for the others, they have lapsed for us; also when the database does not answer at all.
    if (performance.now() - heardAt > (leaseSeconds - 2) * 1000) lose(held)
    const waits = options.wanted().some((name) => !held.has(name))
    if (beating || (!waits && performance.now() - beatAt < heartbeatMs)) return
    beating = true
    void refresh().finally(() => {
      beating = false
    })
  }

  await refresh()
  const timer = setInterval(look, lookMs)
  return {
    refresh,
    async stop() {
      clearInterval(timer)
      await running
      lose(held)
      await Promise.all(turns.values())
      await releaseLeases(db, holder).catch(() => undefined)
    },
  }
}
