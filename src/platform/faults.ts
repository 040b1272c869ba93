import type { ZodError, ZodType, z } from 'zod'
import { AppError, type Fault } from './errors.ts'

type Issue = ZodError['issues'][number]

/** Checks an input from outside; throws `invalid` with every fault and its path. `what` names the input in the message. */
export function parseInput<Schema extends ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
  at = '',
): z.output<Schema> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw invalidInput(what, faultsOf(parsed.error, at))
}

/** The error that refuses an input with its faults; the message names the first of them. */
export function invalidInput(what: string, faults: Fault[]): AppError {
  const [first] = faults
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''
  const fault = first ? `: ${first.path ? `${first.path}: ` : ''}${first.message}${more}` : ''
  return new AppError('invalid', `The ${what} cannot be used${fault}`, { faults })
}

/** The faults that a schema found, each with its path as `blocks[2].options.text`; `at` is where the value itself stands. */
export function faultsOf(error: ZodError, at = ''): Fault[] {
  return error.issues.flatMap((issue) => faultsOfIssue(issue, at))
}

function faultsOfIssue(issue: Issue, at: string): Fault[] {
  const path = joinPath(at, issue.path)
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const closest = issue.errors.reduce((best, other) => (depthOf(other) > depthOf(best) ? other : best))
    return closest.flatMap((inner) => faultsOfIssue(inner as Issue, path))
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: joinPath(path, [key]),
      message: 'is not known here; remove it or correct its name',
    }))
  }
  return [{ path, message: issue.message }]
}

/** The variant whose faults lie deepest is the one that was meant. */
function depthOf(issues: readonly { path: PropertyKey[] }[]): number {
  return Math.min(...issues.map((issue) => issue.path.length))
}

/** A path of names and places in words: `blocks[2].options.text`. */
export function joinPath(at: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((joined, part) => {
    if (typeof part === 'number') return `${joined}[${part}]`
    return joined ? `${joined}.${String(part)}` : String(part)
  }, at)
}
