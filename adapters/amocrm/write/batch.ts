import type { z } from 'zod'
import { AppError } from '../../../src/platform/errors.ts'
import type { CrmWritten } from '../../../src/sync/crm.ts'
import type { AmocrmTools } from '../tools.ts'
import { refusalOfOne, refusedThings } from '../vendor-error.ts'

/** One thing in the vendor's form. */
export interface BatchItem {
  /** Its place among the writes; the vendor gives it back as `request_id`. */
  index: number
  body: Record<string, unknown>
}

/** What the vendor says of one thing that it wrote. */
export interface Answered {
  requestId?: string | undefined
  id: number
  contactId?: number | undefined
  /** Unix seconds. */
  updatedAt?: number | undefined
}

/** Things that one request can write. */
export interface Batch<T> {
  method: 'POST' | 'PATCH'
  path: string
  schema: z.ZodType<T>
  answersOf(value: T): Answered[]
  items: BatchItem[]
}

/**
 * Writes a batch and puts what became of each thing into `results`, by its place. The vendor refuses a batch as a whole when one thing of it
 * is wrong, and names it: that one is left out and the others are sent again; where it names none, the batch is halved until it is found.
 */
export async function sendBatch<T>(
  tools: AmocrmTools,
  batch: Batch<T>,
  results: Map<number, CrmWritten>,
  signal: AbortSignal,
): Promise<void> {
  const { items } = batch
  if (items.length === 0) return
  const size = tools.size.current()
  if (items.length > size) {
    await sendBatch(tools, { ...batch, items: items.slice(0, size) }, results, signal)
    return sendBatch(tools, { ...batch, items: items.slice(size) }, results, signal)
  }
  try {
    await post(tools, batch, results, signal)
    tools.size.fine()
  } catch (error) {
    if (error instanceof AppError && error.code === 'timeout') tools.size.tooLarge()
    const refused = refusedThings(error)
    if (!refused) throw error
    const isRefused = ({ index }: BatchItem) => refused[String(index)] !== undefined
    for (const { index } of items.filter(isRefused)) {
      results.set(index, { ok: false, error: refusalOfOne(refused[String(index)]!) })
    }
    const others = items.filter((item) => !isRefused(item))
    if (others.length === 1 && items.length === 1) {
      results.set(others[0]!.index, { ok: false, error: error as AppError })
    } else if (others.length < items.length) {
      await sendBatch(tools, { ...batch, items: others }, results, signal)
    } else {
      const half = Math.ceil(others.length / 2)
      await sendBatch(tools, { ...batch, items: others.slice(0, half) }, results, signal)
      await sendBatch(tools, { ...batch, items: others.slice(half) }, results, signal)
    }
  }
}

async function post<T>(
  { client }: AmocrmTools,
  { method, path, schema, answersOf, items }: Batch<T>,
  results: Map<number, CrmWritten>,
  signal: AbortSignal,
): Promise<void> {
  const json = items.map(({ index, body }) => ({ ...body, request_id: String(index) }))
  const { value, at } = await client.call({ method, path, json }, schema, signal)
  const answers = value === undefined ? [] : answersOf(value)
  for (const { index, body } of items) {
    const answer =
      answers.find(({ requestId }) => requestId === String(index)) ??
      answers.find(({ requestId, id }) => requestId === undefined && id === body.id)
    // Whether it is there is open, as after a lost answer.
    if (!answer) throw new AppError('unavailable', `amoCRM does not say what became of all that was sent to ${path}.`)
    results.set(index, {
      ok: true,
      id: String(answer.id),
      ...(answer.contactId !== undefined && { contactId: String(answer.contactId) }),
      updatedAt: answer.updatedAt === undefined ? at : new Date(answer.updatedAt * 1000),
    })
  }
}
