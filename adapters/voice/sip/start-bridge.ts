import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'

/** What the bridge tells of itself. */
export type BridgeState = { state: 'ready' } | { state: 'failed'; error: string }

export interface BridgeKeeperOptions {
  /** Its settings, named as the variables of its environment; they hold secrets, so nobody else is shown them. */
  settings: Record<string, string>
  onState(state: BridgeState): void
}

const firstPauseMs = 1000
const longestPauseMs = 30_000
/** How long it may take to end its calls. */
const stopMs = 8000

/** Keeps the SIP bridge running in a process of its own: one that ends is started again, with growing pauses. */
export function keepBridge({ settings, onState }: BridgeKeeperOptions): () => Promise<void> {
  let pauseMs = firstPauseMs
  let timer: NodeJS.Timeout | undefined
  let child: ChildProcess | undefined
  let isStopping = false
  let why = ''

  function start(): void {
    const process_ = fork(join(import.meta.dirname, 'bridge-process.ts'), [], {
      env: {},
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    child = process_
    process_.send(settings)
    process_.on('message', (state: BridgeState) => {
      if (state.state === 'ready') pauseMs = firstPauseMs
      else why = state.error
      if (state.state === 'ready') onState(state)
    })
    process_.on('exit', (code, signal) =>
      ended(process_, `The SIP bridge ended (${signal ?? code}); it is started again.`),
    )
    process_.on('error', (error) => {
      why ||= `The SIP bridge cannot be spoken to: ${error.message}`
      // What was never started tells no end; all else does.
      if (process_.pid === undefined) ended(process_, why)
    })
  }

  function ended(process_: ChildProcess, words: string): void {
    if (child !== process_) return
    child = undefined
    if (isStopping) return
    onState({ state: 'failed', error: why || words })
    why = ''
    timer = setTimeout(start, pauseMs).unref()
    pauseMs = Math.min(longestPauseMs, pauseMs * 2)
  }

  start()
  return async () => {
    isStopping = true
    clearTimeout(timer)
    const process_ = child
    if (process_?.pid === undefined) return
    const gone = new Promise<void>((resolve) => process_.once('exit', () => resolve()))
    process_.kill('SIGTERM')
    const kill = setTimeout(() => process_.kill('SIGKILL'), stopMs)
    await gone
    clearTimeout(kill)
  }
}
