import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'

/** What a subject is told. */
export interface SubjectInput {
  /** Absent: the embedded database, where the subject has one. */
  databaseUrl?: string
  apiRoot: string
  externalUrl: string
  scenario: Scenario
}

/** a: an echo with a placeholder. b: the same with one external request and a mapping of its answer. */
export type Scenario = 'echo' | 'request'

/** Megabytes: what the process has, and what of its heap is in use once all that is unused was collected. */
export interface MemoryUse {
  resident: number
  live: number
}

/** A program under measurement in a process of its own. */
export interface Subject {
  name: string
  hook: string
  /** Memory in megabytes. */
  memory(): Promise<MemoryUse>
  stop(): Promise<void>
}

/** Starts `scripts/benchmark/subject-<name>.ts`; it answers with the address of its hook when it is ready. */
export async function startSubject(name: string, input: SubjectInput): Promise<Subject> {
  const child = fork(join(import.meta.dirname, `subject-${name}.ts`), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: ['--expose-gc'],
  })
  child.send(input)
  const { hook } = await answer<{ hook: string }>(child)
  return {
    name,
    hook,
    memory: async () => {
      child.send('memory')
      return answer<MemoryUse>(child)
    },
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve())
        child.kill('SIGTERM')
      }),
  }
}

function answer<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`The subject ended with ${code}.`))
    child.once('exit', ended)
    child.once('message', (message) => {
      child.off('exit', ended)
      resolve(message as T)
    })
  })
}

/** The subject's side: `start` gives the hook's address and a function that stops it. */
export function runSubject(start: (input: SubjectInput) => Promise<{ hook: string; stop(): Promise<void> }>): void {
  let stop: () => Promise<void> = async () => {}
  process.on('message', async (message: SubjectInput | 'memory') => {
    if (message === 'memory') {
      process.send!(memoryUse())
      return
    }
    const started = await start(message)
    stop = started.stop
    process.send!({ hook: started.hook })
  })
  process.on('SIGTERM', () => void stop().finally(() => process.exit(0)))
}

function memoryUse(): MemoryUse {
  const resident = process.memoryUsage().rss
  globalThis.gc!()
  const { heapUsed, external } = process.memoryUsage()
  return { resident: resident / 1_048_576, live: (heapUsed + external) / 1_048_576 }
}
