import { z } from 'zod'
import { AppError } from '../../src/platform/errors.ts'
import type { AmocrmClient } from './client.ts'

/** The most that a page may hold. */
export const largestPage = 250
/** Where a list goes on for ever, the account or we are wrong about it. */
const mostPages = 200

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
    const { value } = await client.call(call, list, signal)
    if (!value) return
    yield value._embedded[name] ?? []
    if (!value._links?.next) return
  }
  throw new AppError('unavailable', `amoCRM has more than ${mostPages} pages of ${path}.`, { retryable: false })
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
