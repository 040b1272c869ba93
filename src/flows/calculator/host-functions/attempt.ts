import { AppError, type ErrorCode } from '../../../platform/errors.ts'

/** Does something that may fail; true when it was done, false when there is nothing to do it with. Other errors come through. */
export async function attempt(work: () => Promise<unknown>): Promise<boolean> {
  return orElse(false, ['not_found', 'conflict'], async () => {
    await work()
    return true as boolean
  })
}

/** The result of some work, or `instead` when it fails for one of these reasons. */
export async function orElse<Result>(
  instead: Result,
  reasons: readonly ErrorCode[],
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof AppError && reasons.includes(error.code)) return instead
    throw error
  }
}
