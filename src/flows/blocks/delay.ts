import { DateTime } from 'luxon'
import { z } from 'zod'
import { durationMs, durationSchema } from '../../platform/duration.ts'
import { AppError } from '../../platform/errors.ts'
import { nextOpening } from '../../team/working-hours.ts'
import { defineBlock, next, type StepContext, waitUntil } from '../block.ts'
import { readMoment } from '../conditions/moment.ts'
import { localClock } from './local-clock.ts'

const optionsSchema = z
  .strictObject({
    for: durationSchema.optional().describe('How long to wait: `30s`, `5m`, `3h`, `2d`, `1w`.'),
    until: z
      .string()
      .min(1)
      .max(500)
      .optional()
      .describe(
        'Until when: a date, a time or both, with placeholders: `25.12.2026 10:00`, `{{ contact.visit_at }}`. A time ' +
          'alone is its next occurrence, a date alone its beginning. A moment that is over is not waited for.',
      ),
    businessHours: z
      .boolean()
      .default(false)
      .describe("Waits on until the project's working hours, so that nobody is written to at night."),
    clock: z
      .enum(['contact', 'project'])
      .default('contact')
      .describe("Whose time zone dates and hours are read in; the project's where the contact has none."),
  })
  .refine((options) => options.for !== undefined || options.until !== undefined || options.businessHours, {
    path: ['for'],
    message: 'expected for, until or businessHours',
  })
  .refine((options) => options.for === undefined || options.until === undefined, {
    path: ['until'],
    message: 'expected either for or until',
  })
type Options = z.infer<typeof optionsSchema>

export const delay = defineBlock({
  type: 'delay',
  summary: 'Waits for a while, until a moment or until business hours.',
  kind: 'action',
  options: optionsSchema,
  outputs: () => ['next'],
  needs: [],
  example: { for: '2h', businessHours: true },
  templates: ({ until }): Record<string, string> => (until === undefined ? {} : { until }),
  waits: () => true,
  execute(context) {
    const until = goesOnAt(context)
    return until.toMillis() > context.now.getTime() ? waitUntil(until.toJSDate()) : next()
  },
  resume: () => next(),
})

function goesOnAt(context: StepContext<Options, never>): DateTime {
  const { options, project } = context
  const now = localClock(context, options.clock)
  const moment =
    options.until === undefined ? now.plus(options.for ? durationMs(options.for) : 0) : readUntil(context, now)
  if (!options.businessHours) return moment
  const opening = nextOpening(project.workingHours, DateTime.max(moment, now))
  if (!opening)
    throw new AppError('invalid', 'The project has no working hours to wait for; expected some in its settings')
  return opening
}

function readUntil({ options, render }: StepContext<Options, never>, now: DateTime): DateTime {
  const text = render(options.until ?? '')
  const moment = readMoment(text, now)
  if (!moment) {
    throw new AppError(
      'invalid',
      `The option "until" came out as "${text}"; expected a date or time such as 25.12.2026 10:00`,
    )
  }
  return moment.precision === 'time' && moment.at <= now ? moment.at.plus({ days: 1 }) : moment.at
}
