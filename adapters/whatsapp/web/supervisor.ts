import type { Condition, SignInState } from '../../../src/conversations/channel-tools.ts'
import type { Clock } from '../../../src/platform/clock.ts'
import { AppError, messageOf } from '../../../src/platform/errors.ts'
import type { Log } from '../../../src/platform/log.ts'
import type { EndReason, Engine, EngineEvent, UserIds } from './engine.ts'

export interface SupervisorOptions {
  engine: Engine
  clock: Clock
  log: Log
  report(condition: Condition): Promise<void>
  /** What the engine tells besides how it fares. */
  take(event: EngineEvent): void
  /** Signed in: the first time, and whenever it was away. */
  ready(me: UserIds, name: string | undefined): Promise<void>
  /** How often it looks, in milliseconds of the machine's own time. */
  tickMs?: number
}

/** Keeps an engine running: starts it, watches it, starts it anew after each fault, and says how it fares. */
export interface Supervisor {
  start(): void
  stop(): Promise<void>
  /** Whether things can be sent now; throws what to tell the sender when not. */
  check(): void
  /** Begins to sign in; resolves when there is a QR code, or nothing to do. */
  signIn(): Promise<SignInState>
  signOut(): Promise<SignInState>
}

/** How long the page may take to show a QR code or be ready; WhatsApp loads a long history at the first time. Milliseconds. */
const startingMs = 180_000
/** How long a QR code counts, and for how long new ones are shown when nobody scans them. Milliseconds. */
const qrMs = 60_000
const unscannedMs = 600_000
/** The first wait before a new start, and the longest; after a conflict, and after a refusal. Milliseconds. */
const firstPauseMs = 5_000
const longestPauseMs = 300_000
const conflictPauseMs = 60_000
const refusedPauseMs = 900_000
/** After so long a time of work the next pause is short again. Milliseconds. */
const provenMs = 600_000

type Phase = 'off' | 'waiting' | 'starting' | 'signing_in' | 'ready'

export function superviseEngine(options: SupervisorOptions): Supervisor {
  const { engine, clock, log } = options
  let phase: Phase = 'off'
  /** When the phase began, in milliseconds since 1970. */
  let since = 0
  /** Of `waiting`: when to start; undefined when somebody has to ask for it. */
  let startAt: number | undefined
  let failures = 0
  let trouble: string | undefined
  /** Why it does not work, until it does. */
  let fault: string | undefined
  let unscannedUntil = 0
  let signIn: SignInState = { waitsFor: 'start' }
  const asking: PromiseWithResolvers<SignInState>[] = []
  let timer: NodeJS.Timeout | undefined
  /** Starts and stops happen one after another. */
  let line: Promise<unknown> = Promise.resolve()
  let reports: Promise<unknown> = Promise.resolve()
  /** Which start the engine's words belong to: those of an earlier one no longer count. */
  let round = 0

  const now = () => clock.now().getTime()
  const enter = (next: Phase) => {
    phase = next
    since = now()
  }
  const inLine = <T>(work: () => Promise<T>): Promise<T> => {
    const done = line.then(work)
    line = done.catch(() => undefined)
    return done
  }
  const report = (condition: Condition) => {
    reports = reports
      .then(() => options.report(condition))
      .catch((error: unknown) => log.error({ error }, 'How the channel fares could not be noted.'))
  }
  const answer = (state: SignInState) => {
    signIn = state
    for (const { resolve } of asking.splice(0)) resolve(state)
  }

  /** Starts the engine; what comes of it is told by its events. */
  function launch(): void {
    const mine = ++round
    enter('starting')
    trouble = undefined
    report(fault === undefined ? { state: 'connecting' } : { state: 'failing', error: fault })
    const started = engine.start((event) => {
      if (mine === round) hear(event)
    })
    started.catch((error: unknown) => {
      if (mine === round) end('broken', messageOf(error))
    })
  }

  function hear(event: EngineEvent): void {
    switch (event.type) {
      case 'qr':
        if (phase !== 'signing_in') enter('signing_in')
        answer({ waitsFor: 'qr', qr: event.qr, expiresAt: new Date(now() + qrMs).toISOString() })
        report({ state: 'signing_in', signIn, ...(fault !== undefined && { error: fault }) })
        return
      case 'signed_in':
        if (phase !== 'signing_in') return
        enter('starting')
        report({ state: 'connecting', signIn: { waitsFor: 'nothing' } })
        return
      case 'progress':
        if (phase === 'starting') since = now()
        return
      case 'ready':
        becomeReady(event.me, event.name)
        return
      case 'trouble':
        trouble = event.message
        log.warn({ trouble: event.message }, 'WhatsApp Web reports a fault.')
        return
      case 'ended':
        end(event.reason, event.message)
        return
      default:
        options.take(event)
    }
  }

  /** Comes again after each reload of the page: only the first one changes anything. */
  function becomeReady(me: UserIds, name: string | undefined): void {
    if (phase === 'ready') return
    enter('ready')
    fault = undefined
    answer({ waitsFor: 'nothing' })
    report({ state: 'working', signIn })
    options.ready(me, name).catch((error: unknown) => log.error({ error }, 'What was missed could not be looked up.'))
  }

  /** The engine gave up, or is given up: it is stopped, and started again when it makes sense. */
  function end(reason: EndReason, message: string): void {
    if (phase === 'off' || phase === 'waiting') return
    round++
    if (phase === 'ready' && now() - since >= provenMs) failures = 0
    const said = trouble === undefined || trouble === message ? message : `${message} Before that: ${trouble}`
    const pause = pauseAfter(reason)
    enter('waiting')
    startAt = pause === undefined ? undefined : now() + pause
    log.warn({ reason, error: said, startsInMs: pause }, 'WhatsApp Web has ended.')
    const signedOut = reason === 'signed_out'
    if (signedOut || reason === 'qr_lapsed') {
      if (signedOut) fault = 'WhatsApp has removed this device from the account. Scan a new QR code with the phone.'
      answer({ waitsFor: 'start', ...(fault !== undefined && { hint: fault }) })
      report({ state: 'signing_in', signIn, ...(fault !== undefined && { error: fault }) })
    } else {
      fault = adviceFor(reason, said)
      report({ state: 'failing', error: fault })
      for (const { reject } of asking.splice(0)) reject(new AppError('unavailable', fault))
    }
    failures++
    void inLine(() => (signedOut ? engine.signOut() : engine.stop()))
  }

  function pauseAfter(reason: EndReason): number | undefined {
    const grown = (first: number) => Math.min(first * 2 ** Math.min(failures, 10), longestPauseMs)
    switch (reason) {
      case 'qr_lapsed':
        return now() < unscannedUntil ? 0 : undefined
      case 'signed_out':
        unscannedUntil = now() + unscannedMs
        return 0
      case 'conflict':
        return grown(conflictPauseMs)
      case 'refused':
        return refusedPauseMs
      case 'broken':
        return grown(firstPauseMs)
    }
  }

  async function look(): Promise<void> {
    if (phase === 'waiting' && startAt !== undefined && now() >= startAt) {
      startAt = undefined
      await inLine(async () => {
        if (phase === 'waiting') launch()
      })
      return
    }
    if (phase === 'starting' && now() - since >= startingMs) {
      end('broken', `WhatsApp Web was not ready within ${startingMs / 1000} s: it may have changed.`)
      return
    }
    if (phase === 'signing_in' && now() >= unscannedUntil) {
      end('qr_lapsed', 'Nobody scanned the QR code.')
      return
    }
    if (phase !== 'off' && phase !== 'waiting') await engine.tick()
  }

  /** Ends what runs and starts anew, with all patience. */
  async function startOver(work: () => Promise<void>): Promise<void> {
    round++
    enter('waiting')
    startAt = undefined
    await inLine(async () => {
      await work()
      if (phase === 'waiting') launch()
    })
  }

  return {
    start() {
      if (phase !== 'off') return
      unscannedUntil = now() + unscannedMs
      launch()
      timer = setInterval(() => {
        look().catch((error: unknown) => log.error({ error }, 'WhatsApp Web could not be looked after.'))
      }, options.tickMs ?? 1_000)
    },

    async stop() {
      if (phase === 'off') return
      round++
      enter('off')
      clearInterval(timer)
      answer({ waitsFor: 'start' })
      await inLine(() => engine.stop())
      report({ state: 'stopped' })
      await reports
    },

    check() {
      if (phase === 'ready') return
      if (phase === 'signing_in' || signIn.waitsFor === 'start' || fault !== undefined) {
        const why = fault ?? 'nobody has scanned its QR code.'
        throw new AppError('unavailable', `The WhatsApp account is not connected: ${why}`, { retryAfterMs: 30_000 })
      }
      throw new AppError('unavailable', 'WhatsApp Web is being started.', { retryAfterMs: 5_000 })
    },

    async signIn() {
      if (phase === 'ready') return { waitsFor: 'nothing' }
      if (phase === 'off') throw new AppError('unavailable', 'The channel is not listened to in this process.')
      unscannedUntil = now() + unscannedMs
      failures = 0
      // A QR code that is shown still counts, and so does a start that is under way.
      if (phase === 'signing_in') return signIn
      const next = Promise.withResolvers<SignInState>()
      asking.push(next)
      if (phase === 'waiting') await startOver(() => engine.stop())
      return next.promise
    },

    async signOut() {
      if (phase === 'off') throw new AppError('unavailable', 'The channel is not listened to in this process.')
      round++
      fault = undefined
      failures = 0
      enter('waiting')
      startAt = undefined
      await inLine(() => engine.signOut())
      answer({ waitsFor: 'start' })
      report({ state: 'signing_in', signIn })
      return signIn
    },
  }
}

function adviceFor(reason: EndReason, said: string): string {
  if (reason === 'conflict') {
    return 'The same WhatsApp session is open elsewhere; it is tried again later. Close the other one, or set takeOverOnConflict.'
  }
  if (reason === 'refused') return `${said} WhatsApp refuses this account or this version; it is tried again later.`
  return said
}
