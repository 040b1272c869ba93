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

/** A program under measurement in a process of its own. */
export interface Subject {
  name: string
  hook: string
  /** Resident memory in megabytes. */
  memory(): Promise<number>
  stop(): Promise<void>
}

/** Starts `scripts/benchmark/subject-<name>.ts`; it answers with the address of its hook when it is ready. */
export async function startSubject(name: string, input: SubjectInput): Promise<Subject> {
  const child = fork(join(import.meta.dirname, `subject-${name}.ts`), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  child.send(input)
  const { hook } = await answer<{ hook: string }>(child)
  return {
    name,
    hook,
    memory: async () => {
      child.send('memory')
      return (await answer<{ rss: number }>(child)).rss / 1_048_576
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
    child.once('message', (message) => resolve(message as T))
    child.once('exit', (code) => reject(new Error(`The subject ended with ${code}.`)))
  })
}

/** The subject's side: `start` gives the hook's address and a function that stops it. */
export function runSubject(start: (input: SubjectInput) => Promise<{ hook: string; stop(): Promise<void> }>): void {
  let stop: () => Promise<void> = async () => {}
  process.on('message', async (message: SubjectInput | 'memory') => {
    if (message === 'memory') {
      process.send!({ rss: process.memoryUsage().rss })
      return
    }
    const started = await start(message)
    stop = started.stop
    process.send!({ hook: started.hook })
  })
  process.on('SIGTERM', () => void stop().finally(() => process.exit(0)))
}
