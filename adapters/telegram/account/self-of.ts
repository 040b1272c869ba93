import type { tl } from '@mtcute/core'
import { usernamesOf } from './inbound/peers.ts'
import type { Self } from './kept-state.ts'

/** What is kept of the account's own user. */
export function selfOf(user: tl.RawUser): Self {
  return {
    id: user.id,
    usernames: usernamesOf(user),
    ...(user.phone && { phone: `+${user.phone.replaceAll(/\D/g, '')}` }),
    name: [user.firstName, user.lastName].filter(Boolean).join(' '),
  }
}
