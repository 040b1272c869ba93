import type { GroupRequest } from '../conversations/abilities.ts'
import type { ChannelHub } from '../conversations/channels/channel-hub.ts'
import { findChannel } from '../conversations/channels/channels.store.ts'
import type { OrderDesk } from '../conversations/orders/order-desk.ts'
import { callPlacing } from '../flows/calls/place-call.ts'
import type { Caller } from '../flows/engine/call-out.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import { performRequest } from '../platform/http-request/perform-request.ts'
import type { PreparedRequest } from '../platform/http-request/prepare-request.ts'
import type { SafeHttp } from '../platform/safe-http/safe-http.ts'
import type { Signals } from '../platform/signals.ts'
import { crmCaller } from '../sync/blocks/crm-caller.ts'

export interface CallerParts {
  db: Database
  clock: Clock
  hub: ChannelHub
  http: SafeHttp
  orders: Pick<OrderDesk, 'ask'>
  signals: Pick<Signals, 'notify' | 'subscribe'>
}

/** Those who do work outside for blocks, by name, and which of them only wait for what is done elsewhere. */
export function makeCallers({ db, clock, hub, http, orders, signals }: CallerParts): {
  callers: ReadonlyMap<string, Caller>
  waiters: ReadonlySet<string>
} {
  const group: Caller = async (asked, signal, key) => {
    const { channelId, request } = asked as { channelId: number; request: GroupRequest }
    // Nobody would carry it out, and the client's messages would wait for it.
    if (!(await findChannel(db, channelId))?.enabled)
      throw new AppError('conflict', `Channel ${channelId}, which makes the group, is switched off or was removed.`)
    return orders.ask(channelId, `run:${key}`, 'groups', { kind: 'create_group', request }, signal)
  }
  const callers: [string, Caller][] = [
    ['http', (request, signal) => performRequest(request as PreparedRequest, http, { signal })],
    ['group', group],
    ['place-call', callPlacing({ db, clock, channels: hub })],
    ['crm', crmCaller({ db, clock, signals })],
  ]
  return { callers: new Map(callers), waiters: new Set(['group', 'crm']) }
}
