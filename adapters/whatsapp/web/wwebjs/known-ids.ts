import type { Clock } from '../../../../src/platform/clock.ts'
import type { UserIds } from '../engine.ts'
import { idsOfOne, plainId } from '../ids.ts'

/** How many people are remembered, and for how long one whose second id WhatsApp did not tell, in milliseconds. */
const mostPeople = 5_000
const askAgainMs = 600_000

/** Both ids of a person, asked for once; a failure leaves the one that is known. */
export function knownIds(clock: Clock, ask: (id: string) => Promise<UserIds>): (user: string) => Promise<UserIds> {
  const known = new Map<string, { ids: UserIds; until: number }>()
  return async (user) => {
    const id = plainId(user)
    const now = clock.now().getTime()
    const found = known.get(id)
    if (found && now < found.until) return found.ids
    const ids = { ...(await ask(id).catch(() => ({}))), ...idsOfOne(id) }
    const complete = ids.phone !== undefined && ids.lid !== undefined
    if (known.size >= mostPeople) known.delete(known.keys().next().value!)
    known.set(id, { ids, until: complete ? Number.POSITIVE_INFINITY : now + askAgainMs })
    return ids
  }
}
