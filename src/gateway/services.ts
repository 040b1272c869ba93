import type { Capabilities, ChannelAdapter, ChannelCatalogue, PageHost } from '../conversations/channel.ts'
import type { ChannelEvent } from '../conversations/event.ts'
import type { ConversationKind } from '../conversations/message.ts'
import type { OrderDesk } from '../conversations/orders/order-desk.ts'
import type { BlockRegistry } from '../flows/block.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { Log } from '../platform/log.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { SafeHttp } from '../platform/safe-http/safe-http.ts'
import type { Vault } from '../platform/secrets.ts'
import type { CrmAbilities, CrmAdapter, CrmCatalogue } from '../sync/crm.ts'
import type { OpenIntegration } from '../sync/integrations/crm-hub.ts'

/** The way of a message, as far as the outside may push it. */
export interface Road {
  /** Stores events of a channel; resolves after the commit, so that the vendor may be told. */
  receive(channelId: number, events: ChannelEvent[]): Promise<void>
  /** Works on threads at once, after a commit that put something into their queues. */
  wake(threadIds: number[]): void
}

/** The connected accounts, opened. */
export interface OpenChannels {
  /** By the unguessable part of `/hooks/{id}`; undefined when there is none or it is switched off. */
  byHook(hookId: string): Promise<{ id: number; projectId: number; adapter: ChannelAdapter } | undefined>
  adapter(channelId: number): Promise<ChannelAdapter>
  /** What a channel can do in conversations of a kind; undefined while it is not open. */
  capabilities(channelId: number, kind: ConversationKind): Capabilities | undefined
  /** Checks the account with its vendor and makes the vendor send to us. */
  connect(channelId: number): Promise<{ address: string }>
  /** The channel's settings changed, or it is gone: what is open is closed and opened anew. */
  changed(channelId: number): Promise<void>
}

/** The connected accounts of other CRMs, opened. */
export interface OpenCrms {
  /** By the unguessable part of `/hooks/{id}`, of those that are open here; cheap, as every hook asks. */
  byHook(hookId: string): OpenIntegration | undefined
  /** The same, and one that another process made or switched on without our hearing of it. */
  findByHook(hookId: string): Promise<OpenIntegration | undefined>
  /** Throws `unavailable` when the integration is switched off or cannot be opened. */
  adapter(integrationId: number): CrmAdapter
  /** What its account can do; undefined while it is not open. */
  abilities(integrationId: number): CrmAbilities | undefined
  /** An integration changed, or is gone: it is opened anew in every process. */
  changed(integrationId: number): Promise<void>
  /** There is something to exchange. */
  wake(integrationId: number): void
}

/** Everything that the gateway is made of; the composing file fulfils it. */
export interface Services {
  db: Database
  clock: Clock
  log: Log
  metrics: Metrics
  vault: Vault
  safeHttp: SafeHttp
  blocks: BlockRegistry
  catalogue: ChannelCatalogue
  crmCatalogue: CrmCatalogue
  road: Road
  channels: OpenChannels
  crms: OpenCrms
  /** What is to be done through a channel where it is listened to. */
  orders: Pick<OrderDesk, 'ask'>
  /** What pages of channels (the web chat) work with. */
  pageHost: PageHost
  /** Settings, variables or live flows of a project changed: what any process remembers of them is to be forgotten. */
  projectChanged(projectId: number): void
  /** New deliveries to channels are due. */
  deliveriesWake(): void
  /** Something may wait for a webhook: after a test, a replay, or when one was switched on. */
  webhooksWake(): void
  signals: {
    /** Calls back when a topic is told by any process; the topic `changes` says that the log of changes grew. */
    subscribe(topic: string, callback: () => void): () => void
  }
  /** Where we are reached, from outside if at all, without a slash at its end: `https://bot.example.com`. */
  publicUrl: string
  /** The directory of the migrations, which readiness is told by. */
  migrations: string
  /** Aborted when the program begins to stop: open streams end. */
  stopping: AbortSignal
}
