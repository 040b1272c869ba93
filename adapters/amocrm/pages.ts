import { z } from 'zod'
import { AppError } from '../../src/platform/errors.ts'
import type { AmocrmClient } from './client.ts'

/** The most that a page may hold. */
export const largestPage = 250
/** Where a list goes on for ever, the account or we are wrong about it. */
const mostPages = 200
/** How often a page behind the first is asked for. */
const pageTries = 3

export interface ListCall<T> {
  /** `leads/custom_fields`. */
  path: string
  /** Under which name the things stand in the answer. */
  name: string
  schema: z.ZodType<T>
  query?: Record<string, string>
  /** How many a page holds; as many as it may by default. */
  limit?: number
}

/** The pages of a list, one after the other, as long as they are asked for. */
export async function* pagesOf<T>(
  client: AmocrmClient,
  { path, name, schema, query = {}, limit = largestPage }: ListCall<T>,
  signal: AbortSignal,
): AsyncGenerator<T[], void> {
  const list = z.object({
    _links: z.object({ next: z.unknown().optional() }).nullish(),
    _embedded: z.object({ [name]: z.array(schema) }),
  })
  for (let page = 1; page <= mostPages; page++) {
    const call = { path, query: { ...query, page: String(page), limit: String(limit) } }
    const ask = () => client.call(call, list, signal)
    const { value } = await (page === 1 ? ask() : askAgain(ask, signal))
    if (!value) return
    yield value._embedded[name] ?? []
    if (!value._links?.next) return
  }
  throw new AppError('unavailable', `amoCRM has more than ${mostPages} pages of ${path}.`, { retryable: false })
}

/** A page behind the first is asked for again when it fails: all that was read before would be read anew for it. */
async function askAgain<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask()
    } catch (error) {
      const mayPass = error instanceof AppError && (error.code === 'unavailable' || error.code === 'timeout')
      if (!mayPass || signal.aborted || tries === pageTries) throw error
    }
  }
}

/** The first page alone. */
export async function firstPage<T>(client: AmocrmClient, call: ListCall<T>, signal: AbortSignal): Promise<T[]> {
  const { value } = await pagesOf(client, call, signal).next()
  return value ?? []
}

/** A whole list. */
export async function wholeList<T>(client: AmocrmClient, call: ListCall<T>, signal: AbortSignal): Promise<T[]> {
  const things: T[] = []
  for await (const page of pagesOf(client, call, signal)) things.push(...page)
  return things
}
