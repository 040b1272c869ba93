import { AppError, type ErrorCode, type Fault, messageOf } from '../../platform/errors.ts'
import { statusOfCode } from '../problems.ts'
import type { ClientOptions } from './client-options.ts'

const timeoutMs = 120_000

/** Calls the API of a running server and gives its answer. Throws what the server refused, with its faults. */
export async function callServer(
  { url, key }: Pick<ClientOptions, 'url' | 'key'>,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<unknown> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((error: Error) => {
    const why = messageOf(error.cause ?? error)
    throw new AppError(
      'unavailable',
      `No server answers at ${url} (${why}). Start it, or name another by PARLEY_URL or --url.`,
    )
  })
  const text = await response.text()
  if (!response.ok) throw refusal(url, response.status, text)
  return JSON.parse(text)
}

interface Problem {
  code: ErrorCode
  detail: string
  errors?: Fault[]
}

function refusal(url: string, status: number, text: string): AppError {
  const problem = readProblem(text)
  if (problem) return new AppError(problem.code, problem.detail, { faults: problem.errors })
  return new AppError('unavailable', `${url} answered ${status}, and not as Parley does; is the address right?`)
}

function readProblem(text: string): Problem | undefined {
  try {
    const problem = JSON.parse(text) as Partial<Problem>
    return problem.code && problem.code in statusOfCode && problem.detail ? (problem as Problem) : undefined
  } catch {
    return undefined
  }
}
