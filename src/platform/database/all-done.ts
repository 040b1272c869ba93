/** What PostgreSQL says of every statement after the one that failed. */
const abortedTransaction = '25P02'

/**
 * `Promise.all` for work that shares a transaction: when something fails the rest is waited for too, because what went on
 * after the rollback would stand outside of the transaction. Throws what failed first of all.
 */
export async function allDone<const T extends readonly unknown[]>(
  work: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const settled = await Promise.allSettled(work)
  const reasons = settled.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
  if (reasons.length > 0) throw reasons.find((reason) => codeOf(reason) !== abortedTransaction) ?? reasons[0]
  return settled.map((result) => (result as PromiseFulfilledResult<unknown>).value) as never
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null)?.code
}
