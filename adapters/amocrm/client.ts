import type { z } from 'zod'
import type { Clock } from '../../src/platform/clock.ts'
import { AppError } from '../../src/platform/errors.ts'
import type { SafeResponse } from '../../src/platform/safe-http/safe-http.ts'
import type { Line, LineRequest } from './line.ts'
import type { TokenDesk } from './tokens.ts'
import { refusalOf } from './vendor-error.ts'

export interface AmocrmCall {
  method?: LineRequest['method']
  /** Behind `/api/v4/`: `leads/complex`. */
  path: string
  query?: Record<string, string>
  json?: unknown
}

export interface AmocrmAnswer<T> {
  /** Undefined for 204, by which the vendor says that there is nothing. */
  value: T | undefined
  /** When it was given, by the vendor's clock. */
  at: Date
}

/** Calls of the API of one account. */
export interface AmocrmClient {
  /** Throws what {@link refusalOf} makes of a refusal, and `unavailable` where the answer has not the expected shape. */
  call<T>(call: AmocrmCall, schema: z.ZodType<T>, signal: AbortSignal): Promise<AmocrmAnswer<T>>
  /** How far the vendor's clock was behind ours at most, by its last answer; undefined before the first. */
  behindMs(): number | undefined
}

/** While one call waits for its turn, others may use up a token that does not last. */
const mostTokens = 5

/** Opens the calls of one account. A token that is refused is renewed; the refused request did nothing, so it is repeated. */
export function openClient(line: Line, tokens: TokenDesk, clock: Clock): AmocrmClient {
  let behindMs: number | undefined

  async function send(request: LineRequest, signal: AbortSignal): Promise<SafeResponse> {
    let token = await tokens.current(signal)
    for (let tries = 1; ; tries++) {
      const current = () => {
        token = tokens.latest() ?? token
        return token
      }
      const answer = await line({ ...request, token: current }, signal)
      if (answer.status !== 401 || tries === mostTokens) return answer
      token = await tokens.renewed(token, signal)
    }
  }

  return {
    async call({ method = 'GET', path, query = {}, json }, schema, signal) {
      const search = new URLSearchParams(query).toString()
      const request = { method, path: `/api/v4/${path}${search && `?${search}`}`, ...(json !== undefined && { json }) }
      const answer = await send(request, signal)
      const told = serverTime(answer)
      // It was given before it arrived, so the clock can only be less behind than this.
      if (told) behindMs = clock.now().getTime() - told.getTime()
      const at = told ?? clock.now()
      if (answer.status === 204) return { value: undefined, at }
      if (answer.status < 200 || answer.status > 299) throw refusalOf(answer)
      return { value: read(answer, schema, `${method} ${path}`), at }
    },
    behindMs: () => behindMs,
  }
}

function read<T>({ body }: SafeResponse, schema: z.ZodType<T>, what: string): T {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder().decode(body))
  } catch (cause) {
    throw new AppError('unavailable', `amoCRM answered ${what} with something other than JSON.`, { cause })
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]!
  throw new AppError('unavailable', `amoCRM answered ${what} in an unknown form: ${path.join('.')}: ${message}`)
}

function serverTime({ headers }: SafeResponse): Date | undefined {
  const time = new Date(headers.date ?? Number.NaN)
  return Number.isNaN(time.getTime()) ? undefined : time
}
