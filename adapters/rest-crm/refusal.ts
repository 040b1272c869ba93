import { AppError, type ErrorCode } from '../../src/platform/errors.ts'
import type { HttpResult } from '../../src/platform/http-request/perform-request.ts'
import { retryAfterMs } from '../../src/platform/http-request/perform-request.ts'
import { findJson } from '../../src/platform/json-path.ts'
import type { RestCrmSettings } from './settings.ts'

/** What an answer means that is no success, by the settings; undefined when it is one. */
export function refusalOf(answer: HttpResult, { errors }: RestCrmSettings): AppError | undefined {
  const { status, headers, body } = answer
  const own = errors.code === undefined ? undefined : textOf(findJson(body, errors.code))
  const meant = own === undefined ? undefined : errors.meanings[own]
  if (status >= 200 && status < 300 && meant === undefined) return undefined
  const code = meant ?? errors.statuses[String(status)] ?? codeOf(status)
  const said = errors.message === undefined ? undefined : textOf(findJson(body, errors.message))
  const words = [hints[code] ?? 'It was refused.', `The CRM says: ${said ?? own ?? `status ${status}`}`.slice(0, 600)]
  const detail = { status, ...(own !== undefined && { code: own }) }
  if (code !== 'rate_limited') return new AppError(code, words.join(' '), { detail })
  const rest = restOf(headers, errors.restHeader) || retryAfterMs(headers) || errors.restSeconds * 1000
  return new AppError(code, words.join(' '), { detail, retryAfterMs: Math.min(rest, longestRestMs) })
}

/** Whoever says more is asked again nevertheless. */
const longestRestMs = 86_400_000
/** Above it a number is the moment, in Unix seconds, at which the rest ends. */
const mostSeconds = 1e9

/** What the header says for which the settings look, in milliseconds. */
function restOf(headers: Record<string, string>, header: string | undefined): number | undefined {
  const number = Number(header === undefined ? Number.NaN : headers[header.toLowerCase()])
  const ms = number > mostSeconds ? number * 1000 - Date.parse(headers.date ?? '') : number * 1000
  return ms > 0 ? ms : undefined
}

const hints: Partial<Record<ErrorCode, string>> = {
  unauthenticated: 'The account has to be connected again.',
  forbidden: 'Whoever connected the account may not do this.',
  not_found: 'It is not there.',
  rate_limited: 'It asks to slow down.',
  unavailable: 'It failed.',
}

function codeOf(status: number): ErrorCode {
  if (status === 401) return 'unauthenticated'
  if (status === 402 || status === 403) return 'forbidden'
  if (status === 404 || status === 410) return 'not_found'
  if (status === 409) return 'conflict'
  if (status === 413) return 'too_large'
  if (status === 429) return 'rate_limited'
  return status >= 500 || status === 408 ? 'unavailable' : 'invalid'
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
