import { AppError, type ErrorCode, type Fault } from '../../src/platform/errors.ts'
import type { SafeResponse } from '../../src/platform/safe-http/safe-http.ts'
import { type Problem, problemPayload } from './payload.ts'

/** What a 429 without `Retry-After` is answered by; the vendor counts whole seconds and blocks who goes on. */
const slowDownMs = 5_000
/** An account that was blocked for its many requests is let in again after some time that the vendor does not tell. */
const blockedMs = 15 * 60_000
/** An account that is not paid takes nothing until its owner has paid; it is looked for every so often. */
const unpaidMs = 60 * 60_000

/**
 * What an answer that is no success means for us (amocrm.ru/developers/content/api/recommendations, …/crm_platform/error-codes). The detail
 * has `status`, and of refused things of a batch `refused`: their faults by `request_id`.
 */
export function refusalOf({ status, headers, body }: SafeResponse): AppError {
  const problem = readProblem(body)
  const said = problem ? saidBy(problem, status) : `status ${status}`
  const detail = { status, ...(problem && { refused: refusedOf(problem) }) }
  if (status === 429) {
    const seconds = Number(headers['retry-after'] ?? Number.NaN)
    const retryAfterMs = seconds > 0 ? seconds * 1000 : slowDownMs
    return new AppError('rate_limited', 'amoCRM asks to slow down (429).', { retryAfterMs, detail })
  }
  // A missing right is told as a problem; what stands before the API blocks the whole account without one.
  if (status === 403 && !problem) {
    const message =
      'amoCRM has blocked the API of this account for some time (403), because there were too many requests.'
    return new AppError('rate_limited', message, { retryAfterMs: blockedMs, detail })
  }
  if (status === 402) {
    const message = `The account is not paid: nothing goes there until its owner renews the subscription. amoCRM says: ${said}`
    return new AppError('rate_limited', message, { retryAfterMs: unpaidMs, detail })
  }
  // A missing record is told as a problem, too; without one it is the whole API that is not there just now.
  const [code, hint] = status === 404 && !problem ? unreachable : meaningOf(status)
  const faults = [...new Set(Object.values(detail.refused ?? {}).flat())]
  return new AppError(code, `${hint} amoCRM says: ${said}`, { detail, faults })
}

/** The faults of single things of a refused batch, by their `request_id`; undefined where the error is no such refusal. */
export function refusedThings(error: unknown): Record<string, Fault[]> | undefined {
  if (!(error instanceof AppError) || !refusals.has(error.code)) return undefined
  const refused = error.detail?.refused
  return typeof refused === 'object' && refused !== null ? (refused as Record<string, Fault[]>) : {}
}

const refusals: ReadonlySet<ErrorCode> = new Set(['invalid', 'not_found', 'too_large', 'conflict'])

/** Why one thing of a batch was refused. */
export function refusalOfOne(faults: Fault[]): AppError {
  const gone = faults.some(({ path }) => /^(id|entity_id)$/.test(path))
  const said = faults.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join(' ')
  return new AppError(gone ? 'not_found' : 'invalid', `amoCRM refused it: ${said}`, { faults })
}

const unreachable: [ErrorCode, string] = ['unavailable', 'It failed.']

function meaningOf(status: number): [ErrorCode, string] {
  if (status === 401) return ['unauthenticated', 'The account has to be connected again.']
  if (status === 403)
    return ['forbidden', 'Who connected the account may not do this: an administrator of it should connect it.']
  if (status === 404) return ['not_found', 'It is not there.']
  if (status === 413) return ['too_large', 'The request is too large.']
  if (status === 504) return ['timeout', 'It took too long.']
  if (status >= 500) return unreachable
  return ['invalid', 'It was refused.']
}

function readProblem(body: Uint8Array): Problem | undefined {
  try {
    const problem = problemPayload.safeParse(JSON.parse(new TextDecoder().decode(body)))
    return problem.success ? problem.data : undefined
  } catch {
    return undefined
  }
}

function saidBy(problem: Problem, status: number): string {
  const faults = Object.values(refusedOf(problem)).flat()
  const words = [
    problem.detail ?? problem.title,
    problem.hint,
    ...faults.map(({ path, message }) => `${path}: ${message}`),
  ]
  return (words.filter((word) => word).join(' ') || `status ${status}`).slice(0, 600)
}

function refusedOf(problem: Problem): Record<string, Fault[]> {
  const refused: Record<string, Fault[]> = {}
  for (const { request_id: requestId, errors } of problem['validation-errors'] ?? []) {
    const faults = (errors ?? []).map(({ path, detail, code }) => ({
      path: path ?? '',
      message: detail ?? code ?? 'It is refused.',
    }))
    refused[requestId ?? ''] = [...(refused[requestId ?? ''] ?? []), ...faults]
  }
  return refused
}
