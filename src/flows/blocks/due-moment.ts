import type { DateTime } from 'luxon'
import { durationMs } from '../../platform/duration.ts'
import { AppError } from '../../platform/errors.ts'
import type { StepContext } from '../block.ts'
import { readMoment } from '../conditions/moment.ts'
import { localClock } from './local-clock.ts'

/** By when something is to be done. */
export interface DueMoment {
  /** On the project's clock. */
  at: DateTime
  /** No time was meant, only the day. */
  wholeDay: boolean
}

/**
 * The moment that options name, either by a text with placeholders or by how long it is from now; undefined when they name none. A time alone is
 * its next occurrence. Throws `invalid` when a text comes out as no moment.
 */
export function dueMoment(
  context: Pick<StepContext<unknown, never>, 'now' | 'scope' | 'project' | 'render'>,
  { due, dueIn }: { due?: string; dueIn?: string },
  path = 'due',
): DueMoment | undefined {
  const now = localClock(context, 'project')
  if (dueIn !== undefined) return { at: now.plus(durationMs(dueIn)), wholeDay: false }
  if (due === undefined) return undefined
  const text = context.render(due)
  const moment = readMoment(text, now)
  if (!moment) {
    const advice = 'expected a date or time such as 25.12.2026 10:00'
    throw new AppError('invalid', `The option "${path}" came out as "${text}"; ${advice}`)
  }
  const isOver = moment.precision === 'time' && moment.at <= now
  return { at: isOver ? moment.at.plus({ days: 1 }) : moment.at, wholeDay: moment.precision === 'day' }
}
