import type { CallPart } from '../../conversations/message.ts'

/** How a call that was placed went. */
export const callOutcomes = ['answered', 'digits', 'busy', 'no_answer', 'failed'] as const
export type CallOutcome = (typeof callOutcomes)[number]

/** What became of a call that was placed. */
export interface PlacedCallResult {
  outcome: CallOutcome
  /** What was keyed in. */
  digits?: string
  /** Seconds from the answer to the end. */
  seconds?: number
  /** Why it failed, for people. */
  reason?: string
}

/** A step of a call, as its thread keeps it. */
export interface CallStep extends Pick<CallPart, 'event' | 'data'> {
  at: Date
}

const ends = ['completed', 'busy', 'no_answer', 'failed', 'canceled']
/** How long digits may come behind the end of their call, in milliseconds: posts can overtake one another. */
const lateDigitsMs = 2000

/**
 * What the steps of a call amount to, in whatever order they came; undefined while it is not decided.
 *
 * @param digits How many digits are waited for; 0 when none.
 */
export function callResult(steps: readonly CallStep[], digits: number, now: Date): PlacedCallResult | undefined {
  const keyed = digits > 0 ? digitsOf(steps) : ''
  const end = steps.find((step) => ends.includes(step.event))
  const isFull = keyed.length >= digits || keyed.includes('#')
  if (keyed !== '' && (end || isFull)) {
    return { outcome: 'digits', digits: keyed.replace(/(?<=.)#.*$/, '').slice(0, digits), ...secondsOf(end) }
  }
  if (!end) return undefined
  if (digits > 0 && end.event === 'completed' && now.getTime() - end.at.getTime() < lateDigitsMs) return undefined
  return { outcome: outcomeOf(end.event), ...secondsOf(end), ...reasonOf(end) }
}

function digitsOf(steps: readonly CallStep[]): string {
  return steps
    .filter((step) => step.event === 'digits')
    .toSorted((one, other) => Number(one.data?.seq ?? 0) - Number(other.data?.seq ?? 0))
    .map((step) => String(step.data?.digits ?? ''))
    .join('')
}

function outcomeOf(end: string): CallOutcome {
  if (end === 'completed') return 'answered'
  if (end === 'busy' || end === 'no_answer') return end
  return end === 'canceled' ? 'no_answer' : 'failed'
}

function secondsOf(end: CallStep | undefined): Pick<PlacedCallResult, 'seconds'> {
  const seconds = end?.data?.duration
  return typeof seconds === 'number' ? { seconds } : {}
}

function reasonOf(end: CallStep): Pick<PlacedCallResult, 'reason'> {
  const { reason, sipStatus } = end.data ?? {}
  const words = [sipStatus, reason].filter((word) => word !== undefined && word !== '').join(' ')
  return words === '' ? {} : { reason: words }
}
