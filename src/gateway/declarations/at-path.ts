import { AppError, type Fault } from '../../platform/errors.ts'

/** Does a part of a larger input; what is wrong with the part is told with its place in the whole. */
export async function atPath<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'internal') throw error
    const faults =
      error.faults.length > 0 ? error.faults.map((fault) => below(path, fault)) : [{ path, message: error.message }]
    const [first] = faults
    const message = `The declaration cannot be applied, nothing was changed: ${first!.path}: ${first!.message}`
    throw new AppError(error.code === 'not_found' ? 'invalid' : error.code, message, { faults, cause: error })
  }
}

function below(path: string, fault: Fault): Fault {
  return { path: fault.path ? `${path}.${fault.path}` : path, message: fault.message }
}
