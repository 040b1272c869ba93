import type { ChannelHub } from '../conversations/channels/channel-hub.ts'
import { channelQueue } from '../conversations/deliver/message-delivery.ts'
import type { OperatorDesk } from '../conversations/operator-desk.ts'
import { makeOperatorDesk } from '../crm/desk/make-operator-desk.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { Signals } from '../platform/signals.ts'
import type { LinkedAccounts } from '../team/identities/linked-accounts.ts'

export interface DesksParts {
  db: Database
  clock: Clock
  hub: ChannelHub
  linked: LinkedAccounts
  signals: Signals
  wake(threadIds: number[]): void
}

/** What managers may do from each channel; what they did is heard of everywhere. */
export function makeDesks(parts: DesksParts): (channel: { id: number; projectId: number }) => OperatorDesk {
  const { db, clock, hub, linked, signals } = parts
  const desk = {
    db,
    clock,
    linked,
    capabilities: (channelId: number, kind: Parameters<ChannelHub['capabilities']>[1]) =>
      hub.capabilities(channelId, kind),
    done({ threadIds, sends }: { threadIds: number[]; sends: boolean }) {
      if (threadIds.length > 0) parts.wake(threadIds)
      if (sends) for (const id of hub.ids()) signals.notify(`queue:${channelQueue(id)}`)
      signals.notify('changes')
    },
    accountsChanged: (projectId: number) => signals.notify(`project:${projectId}`),
  }
  return (channel) => makeOperatorDesk(desk, channel)
}
