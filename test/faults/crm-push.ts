import { setTimeout as sleep } from 'node:timers/promises'
import type { SeenCall } from '../doubles/amocrm/amocrm.ts'
import { type CrmOutcome, judge } from './crm-outcome.ts'
import { setCrmStage } from './crm-stage.ts'
import type { Place } from './place.ts'

export interface PushRun {
  deals: number
  processes: number
  tokenCalls: number
  /** Of the vendor's calls, how many fail. */
  share: number
  seed: number
  hangs: boolean
  /** How long all of it may take. */
  patienceMs: number
  tell(line: string): void
}

/** Pushes deals through bad weather, kills the process that works once in the midst of it, and tells what came of it. */
export async function pushDeals(place: Place, run: PushRun): Promise<CrmOutcome> {
  const { deals, processes, tokenCalls, hangs, tell } = run
  const stage = await setCrmStage(place, { processes, tokenCalls, hangs })
  const { double } = stage
  try {
    const begin = performance.now()
    const pushed = () => double.leads().length
    stage.setWeather(run.share, run.seed)
    const making = stage.makeDeals(deals)
    const patience = begin + run.patienceMs
    const until = async (holds: () => boolean | Promise<boolean>) => {
      for (let round = 0; !(await holds()); round++) {
        if (performance.now() > patience) throw new Error(await troubles())
        if (round % 150 === 149) tell(`${pushed()} of ${deals} deals; ${countsOf(double.calls)}`)
        await sleep(200)
      }
    }
    const troubles = async () => {
      const { open, dead, errors } = await stage.waiting()
      const said = stage.programs.map((program) => program.out().slice(-1500)).join('\n')
      return `In time ${pushed()} of ${deals} deals arrived; ${open} pushes are open, ${dead} dead: ${errors.slice(0, 5)}\n${said}`
    }
    await until(() => pushed() > deals / 3)
    await stage.killInWrite()
    tell('Killed the process that was writing.')
    await making
    await until(async () => pushed() >= deals && (await stage.waiting()).open === 0)
    tell(countsOf(double.calls))
    return await judge(stage, deals, 1, (performance.now() - begin) / 1000)
  } finally {
    await stage.close()
  }
}

/** Requests by what they asked for, the most frequent first. */
function countsOf(calls: readonly SeenCall[]): string {
  const kinds = Map.groupBy(calls, ({ method, path }) => `${method} ${path.replace(/\d+/g, 'N')}`)
  const counts = [...kinds].map(([kind, { length }]) => ({ kind, length })).sort((a, b) => b.length - a.length)
  return `${calls.length} requests: ${counts.map(({ kind, length }) => `${kind} ${length}`).join(', ')}`
}
