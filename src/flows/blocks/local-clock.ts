import type { DateTime } from 'luxon'
import type { StepContext } from '../block.ts'
import { localNow } from '../conditions/moment.ts'

/** Now on the contact's clock (or the project's) and in the contact's language. */
export function localClock(
  { now, scope, project }: Pick<StepContext<unknown, never>, 'now' | 'scope' | 'project'>,
  whose: 'contact' | 'project' = 'contact',
): DateTime {
  const zones = whose === 'contact' ? [scope.contact.time_zone, project.timeZone] : [project.timeZone]
  return localNow(now, zones, scope.contact.language)
}
