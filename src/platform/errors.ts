/** What went wrong, as a word that the gateway turns into an HTTP status and a caller can act on. */
export type ErrorCode =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'gone'
  | 'too_large'
  | 'rate_limited'
  | 'refused_address'
  | 'unsupported'
  | 'timeout'
  | 'unavailable'
  | 'internal'

/** One fault of an input: where it stands (`blocks[2].options.text`), what is wrong and what is expected. */
export interface Fault {
  path: string
  message: string
}

export interface AppErrorOptions {
  /** Whether the same call may succeed later; by default only for `rate_limited`, `timeout` and `unavailable`. */
  retryable?: boolean
  /** How long to wait before the next try, in milliseconds. */
  retryAfterMs?: number
  /** The single faults of a refused input. */
  faults?: Fault[]
  /** What is worth keeping of the failure besides its message: an HTTP status, an answer's body. */
  detail?: Record<string, unknown>
  cause?: unknown
}

const retryableCodes: ReadonlySet<ErrorCode> = new Set(['rate_limited', 'timeout', 'unavailable'])

/** The one family of errors that the program throws on purpose. The message is meant for the person who reads it. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined
  readonly faults: Fault[]
  readonly detail: Record<string, unknown> | undefined

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.retryable = options.retryable ?? retryableCodes.has(code)
    this.retryAfterMs = options.retryAfterMs
    this.faults = options.faults ?? []
    this.detail = options.detail
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
