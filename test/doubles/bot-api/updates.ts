import { Refusal } from './refusal.ts'
import type { Params } from './validate.ts'

export type DoubleUpdate = { update_id: number } & Record<string, unknown>

interface Webhook {
  url: string
  secret: string | undefined
  maxConnections: number
}

interface Waiting {
  update: DoubleUpdate
  done: () => void
}

/** Kinds that must be asked for by name. */
const unasked = new Set(['chat_member', 'message_reaction', 'message_reaction_count'])

/**
 * The updates of one bot on their way to the program: fetched by long polling, or posted to its webhook, a chat's
 * updates one after another, again and again until they are answered with 2xx.
 */
export class UpdateQueue {
  webhook: Webhook | undefined
  allowed: ReadonlySet<string> | undefined
  lastError: string | undefined
  #waiting: Waiting[] = []
  #nextId = 100_000_001
  #poll: { wake: () => void; refuse: (refusal: Refusal) => void } | undefined
  #inFlight = new Set<string>()
  readonly #retryDelayMs: number
  readonly #timers = new Set<NodeJS.Timeout>()
  #closed = false

  constructor(retryDelayMs: number) {
    this.#retryDelayMs = retryDelayMs
  }

  get pending(): number {
    return this.#waiting.length
  }

  /** Whether a long poll is open. */
  get polled(): boolean {
    return this.#poll !== undefined
  }

  /** Puts an update into the queue; resolves when the program has confirmed it, or at once when it did not ask for it. */
  push(update: Partial<DoubleUpdate>): Promise<void> {
    const whole: DoubleUpdate = { ...update, update_id: update.update_id ?? this.#nextId }
    this.#nextId = Math.max(this.#nextId, whole.update_id + 1)
    if (!this.#isAsked(whole)) return Promise.resolve()
    return new Promise((done) => {
      this.#waiting.push({ update: whole, done })
      this.#poll?.wake()
      this.#deliver()
    })
  }

  setWebhook(params: Params): true {
    const url = new URL(String(params.url))
    if (url.protocol !== 'https:' && !/^(127\.0\.0\.1|localhost|\[::1\])$/.test(url.hostname)) {
      throw new Refusal(400, 'Bad Request: bad webhook: An HTTPS URL must be provided for webhook')
    }
    this.webhook = {
      url: url.href,
      secret: params.secret_token as string | undefined,
      maxConnections: (params.max_connections as number | undefined) ?? 40,
    }
    this.#ask(params)
    if (params.drop_pending_updates) this.#waiting = []
    this.#poll?.refuse(new Refusal(409, 'Conflict: terminated by setWebhook request'))
    this.#deliver()
    return true
  }

  deleteWebhook(params: Params): true {
    this.webhook = undefined
    if (params.drop_pending_updates) this.#waiting = []
    return true
  }

  webhookInfo(): unknown {
    return {
      url: this.webhook?.url ?? '',
      has_custom_certificate: false,
      pending_update_count: this.pending,
      max_connections: this.webhook?.maxConnections,
      allowed_updates: this.allowed && [...this.allowed],
      last_error_message: this.lastError,
    }
  }

  /** Long polling; `gone` resolves when the caller has hung up. */
  async getUpdates(params: Params, gone: Promise<void>): Promise<DoubleUpdate[]> {
    if (this.webhook !== undefined) {
      throw new Refusal(
        409,
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
      )
    }
    this.#ask(params)
    this.#poll?.refuse(
      new Refusal(
        409,
        'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
      ),
    )
    const offset = Number(params.offset ?? 0)
    this.#confirm((update) => update.update_id < offset)
    const seconds = Number(params.timeout ?? 0)
    if (this.#waiting.length === 0 && seconds > 0) await this.#somethingNew(seconds, gone)
    return this.#waiting.slice(0, Number(params.limit ?? 100)).map(({ update }) => update)
  }

  close(): void {
    this.#closed = true
    for (const timer of this.#timers) clearTimeout(timer)
    this.#poll?.wake()
  }

  #ask(params: Params): void {
    if (params.allowed_updates === undefined) return
    const kinds = params.allowed_updates as string[]
    this.allowed = kinds.length === 0 ? undefined : new Set(kinds)
  }

  #isAsked(update: DoubleUpdate): boolean {
    const kind = Object.keys(update).find((key) => key !== 'update_id') ?? ''
    return this.allowed === undefined ? !unasked.has(kind) : this.allowed.has(kind)
  }

  #somethingNew(seconds: number, gone: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (finish: () => void) => {
        clearTimeout(timer)
        this.#timers.delete(timer)
        if (this.#poll === poll) this.#poll = undefined
        finish()
      }
      const timer = setTimeout(() => end(resolve), seconds * 1000)
      this.#timers.add(timer)
      const poll = { wake: () => end(resolve), refuse: (refusal: Refusal) => end(() => reject(refusal)) }
      this.#poll = poll
      void gone.then(poll.wake)
    })
  }

  #confirm(isConfirmed: (update: DoubleUpdate) => boolean): void {
    const confirmed = this.#waiting.filter(({ update }) => isConfirmed(update))
    if (confirmed.length === 0) return
    this.#waiting = this.#waiting.filter(({ update }) => !isConfirmed(update))
    for (const { done } of confirmed) done()
  }

  /** Posts the first waiting update of each chat that has none under way. */
  #deliver(): void {
    for (const { update } of this.#waiting) {
      if (this.webhook === undefined || this.#closed || this.#inFlight.size >= this.webhook.maxConnections) return
      const key = chatOf(update)
      if (this.#inFlight.has(key)) continue
      this.#inFlight.add(key)
      void this.#deliverOne(update, key, 0)
    }
  }

  async #deliverOne(update: DoubleUpdate, key: string, failures: number): Promise<void> {
    const status = await this.post(update)
    if (this.#closed) return
    if (status >= 200 && status < 300) {
      this.#inFlight.delete(key)
      this.#confirm((other) => other === update)
      this.#deliver()
      return
    }
    this.lastError = status === 0 ? 'Connection refused' : `Wrong response from the webhook: ${status}`
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer)
        void this.#deliverOne(update, key, failures + 1)
      },
      Math.min(this.#retryDelayMs * 2 ** failures, 2000),
    )
    this.#timers.add(timer)
  }

  /** Posts an update to the webhook once; gives the status, 0 when the connection failed. */
  async post(update: DoubleUpdate): Promise<number> {
    if (this.webhook === undefined) return 0
    const headers: Record<string, string> = { 'content-type': 'application/json' }
    if (this.webhook.secret !== undefined) headers['x-telegram-bot-api-secret-token'] = this.webhook.secret
    try {
      const response = await fetch(this.webhook.url, { method: 'POST', headers, body: JSON.stringify(update) })
      await response.arrayBuffer()
      return response.status
    } catch {
      return 0
    }
  }
}

/** Updates of one chat keep their order; the others go their own way. */
function chatOf(update: DoubleUpdate): string {
  const content = Object.entries(update).find(([key]) => key !== 'update_id')?.[1] as Params | undefined
  const message = (content?.message ?? content) as { chat?: { id: number } } | undefined
  return message?.chat === undefined ? `update ${update.update_id}` : String(message.chat.id)
}
