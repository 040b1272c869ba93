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
  onGained(name: string): void
  onLost(name: string): void
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

/** Takes what is free of the wanted leases, keeps what it holds, and tells of both. */
export async function keepLeases(options: LeaseKeeperOptions): Promise<LeaseKeeper> {
  const held = new Set<string>()
  let heardAt = performance.now()
  let running = Promise.resolve()

  const lose = (names: Iterable<string>): void => {
    for (const name of [...names]) if (held.delete(name)) options.onLost(name)
  }
  const beat = async (): Promise<void> => {
    const wanted = options.wanted()
    lose([...held].filter((name) => !wanted.includes(name)))
    try {
      const begin = performance.now()
      const granted = new Set(
        wanted.length === 0 ? [] : await holdLeases(options.db, wanted, options.holder, leaseSeconds),
      )
      heardAt = begin
      lose([...held].filter((name) => !granted.has(name)))
      for (const name of granted) {
        if (held.has(name)) continue
        held.add(name)
        options.onGained(name)
      }
    } catch (error) {
      options.log.warn({ error: messageOf(error) }, 'Leases could not be renewed.')
      // Before they lapse for the others, they have lapsed for us.
      if (performance.now() - heardAt > (leaseSeconds - 2) * 1000) lose(held)
    }
  }
  const refresh = (): Promise<void> => {
    running = running.then(beat)
    return running
  }

  await refresh()
  const timer = setInterval(() => void refresh(), heartbeatMs)
  return {
    refresh,
    async stop() {
      clearInterval(timer)
      await running
      lose(held)
      await releaseLeases(options.db, options.holder).catch(() => undefined)
    },
  }
}
