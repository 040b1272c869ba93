import { importHistory } from '../contacts/imports/imports.store.ts'
import { workImports } from '../contacts/imports/work-imports.ts'
import { eventHistory } from '../conversations/events.store.ts'
import { mirrorHistory } from '../conversations/mirrors/mirrors.store.ts'
import { orderHistory } from '../conversations/orders/orders.store.ts'
import { deskHistory } from '../crm/desk/desk.store.ts'
import { noticeHistory } from '../crm/tasks/notices.store.ts'
import { placedCallHistory } from '../flows/calls/placed-calls.store.ts'
import { runHistory } from '../flows/trace.store.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import { platformHistory } from '../platform/history/platform-history.ts'
import { scheduleHistory } from '../platform/history/prune-history.ts'
import { createJobs } from '../platform/jobs/jobs.ts'
import type { Log } from '../platform/log.ts'
import type { Signals } from '../platform/signals.ts'
import { startSweeper } from '../platform/sweeper.ts'
import { pushHistory } from '../sync/exchange/pushes.store.ts'
import type { CrmHub } from '../sync/integrations/crm-hub.ts'
import { refreshLists } from '../sync/integrations/refresh-lists.ts'
import { postbackHistory } from '../sync/postbacks/postbacks.store.ts'

export interface ChoreParts {
  db: Database
  clock: Clock
  log: Log
  signals: Signals
  crmHub: CrmHub
  /** Rows of histories are kept for so many days. */
  historyDays: number
  stopping: AbortSignal
  /** Looks for what has become due. */
  sweep(): Promise<void>
}

export interface Chores {
  /** Begins with the jobs; what is swept is swept already. */
  start(): void
  stopSweeping(): Promise<void>
  stopJobs(limitMs: number): Promise<void>
}

const sweepMs = 500
/** Whether lists of other CRMs' accounts are old is looked at so often. */
const listsMs = 60_000

/** What a working process does by itself, again and again. */
export function startChores(parts: ChoreParts): Chores {
  const { db, clock, log, signals, crmHub, historyDays, stopping, sweep } = parts
  const jobs = createJobs({ db, log })
  const tables = [
    eventHistory,
    ...runHistory,
    ...platformHistory,
    orderHistory,
    postbackHistory,
    pushHistory,
    noticeHistory,
    deskHistory,
    mirrorHistory,
    importHistory,
    placedCallHistory,
  ]
  scheduleHistory(jobs, { db, clock, log, tables, days: historyDays })
  const imports = { db, clock, log, tell: () => signals.notify('changes') }
  const sweepers = [
    startSweeper('road', sweepMs, log, sweep),
    startSweeper('imports', sweepMs, log, () => workImports(imports, stopping)),
    startSweeper('lists', listsMs, log, () => refreshLists({ db, clock, log, hub: crmHub }, stopping)),
  ]
  return {
    start: () => void jobs.start(),
    stopSweeping: async () => {
      await Promise.all(sweepers.map((sweeper) => sweeper.stop()))
    },
    stopJobs: (limitMs) => jobs.stop(limitMs),
  }
}
