import { messageOf } from './errors.ts'
import type { Log } from './log.ts'

export interface Sweeper {
  stop(): Promise<void>
}

/** Does something again and again, so many milliseconds after it was done; a failure is logged and the next round comes. */
export function startSweeper(name: string, everyMs: number, log: Log, round: () => Promise<void>): Sweeper {
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let running = Promise.resolve()

  const plan = (): void => {
    if (stopped) return
    timer = setTimeout(() => {
      running = round()
        .catch((error: unknown) =>
          log.warn({ error: messageOf(error), sweeper: name }, 'A round failed; the next one comes.'),
        )
        .then(plan)
    }, everyMs)
  }
  plan()
  return {
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
