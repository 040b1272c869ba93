import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { AppError, messageOf } from '../../platform/errors.ts'
import type { Log } from '../../platform/log.ts'
import type { SafeHttp } from '../../platform/safe-http/safe-http.ts'
import { openSettings } from '../../platform/secret-settings.ts'
import type { Vault } from '../../platform/secrets.ts'
import type { Capabilities, ChannelAdapter, ChannelCatalogue } from '../channel.ts'
import type { Condition } from '../channel-tools.ts'
import type { Channel } from '../conversation.ts'
import type { ChannelEvent, ThreadRef } from '../event.ts'
import type { ConversationKind, Identity } from '../message.ts'
import type { OperatorDesk } from '../operator-desk.ts'
import { enabledChannels, findChannel, findChannelByHook, updateChannelRow } from './channels.store.ts'
import { makeChannelTools } from './make-channel-tools.ts'
import { noteCondition } from './note-condition.ts'
import { sealPlace } from './seal-place.ts'

export interface ChannelHubOptions {
  db: Database
  clock: Clock
  log: Log
  vault: Vault
  catalogue: ChannelCatalogue
  /** Where vendors reach us from outside; undefined when they cannot. */
  publicUrl: string | undefined
  /** For what channels must keep on a disk. */
  dataDir: string
  http: SafeHttp
  /** What managers may do from a channel. */
  desk(channel: { id: number; projectId: number }): OperatorDesk
  receive(channelId: number, events: ChannelEvent[]): Promise<void>
}

/** A channel with its adapter. */
export interface OpenChannel {
  channel: Channel
  adapter: ChannelAdapter
  /** The settings with their secrets, in memory only. */
  settings: Record<string, unknown>
  lastSent: Date | undefined
  /** Ends listening, where this process does it. */
  unlisten: (() => Promise<void>) | undefined
}

/** All channels that are switched on, opened; what asks for one goes through here. */
export class ChannelHub {
  readonly #options: ChannelHubOptions
  readonly #open = new Map<number, OpenChannel>()
  readonly #byHook = new Map<string, number>()
  /** Channels that are being opened anew. */
  readonly #reloading = new Map<number, Promise<boolean>>()

  constructor(options: ChannelHubOptions) {
    this.#options = options
  }

  /** Opens every channel; one that cannot be opened says so and leaves the others alone. */
  async load(): Promise<void> {
    for (const channel of await enabledChannels(this.#options.db)) await this.#openChannel(channel)
  }

  ids(): number[] {
    return [...this.#open.keys()]
  }

  get(channelId: number): OpenChannel | undefined {
    return this.#open.get(channelId)
  }

  byHook(hookId: string): OpenChannel | undefined {
    const id = this.#byHook.get(hookId)
    return id === undefined ? undefined : this.#open.get(id)
  }

  /** The same, and one that another process made or switched on without our hearing of it. */
  async findByHook(hookId: string): Promise<OpenChannel | undefined> {
    const open = this.byHook(hookId)
    if (open) return open
    const channel = await findChannelByHook(this.#options.db, hookId)
    if (channel?.enabled) await this.reload(channel.id)
    return this.byHook(hookId)
  }

  projectOf(channelId: number): number | undefined {
    return this.#open.get(channelId)?.channel.projectId
  }

  /** The channels in which the team of a project has a room. */
  roomsOf(projectId: number): number[] {
    return this.#rooms().filter((id) => this.projectOf(id) === projectId)
  }

  hasRooms(): boolean {
    return this.#rooms().length > 0
  }

  #rooms(): number[] {
    return [...this.#open].flatMap(([id, { adapter }]) => (adapter.room ? [id] : []))
  }

  nameOf(channelId: number): string | undefined {
    return this.#open.get(channelId)?.channel.name
  }

  capabilities(channelId: number, kind: ConversationKind): Capabilities | undefined {
    return this.#open.get(channelId)?.adapter.capabilities(kind)
  }

  /** The thread in which the channel can write to a person first. */
  threadFor(channelId: number, identities: Identity[]): ThreadRef | undefined {
    return this.#open.get(channelId)?.adapter.threadFor?.(identities)
  }

  /** Whether the channel has pages of its own, which want to hear of news. */
  hasPages(channelId: number): boolean {
    const open = this.#open.get(channelId)
    return open !== undefined && this.#options.catalogue.get(open.channel.kind)?.pages !== undefined
  }

  /** The adapter of a channel. Throws `unavailable` when the channel is switched off or cannot be opened. */
  adapter(channelId: number): ChannelAdapter {
    const open = this.#open.get(channelId)
    if (open) return open.adapter
    throw new AppError('unavailable', `Channel ${channelId} is switched off, or cannot be opened; its error says why.`)
  }

  /**
   * The channel was made, changed or deleted: what is open of it is replaced. Tells whether it is open now. Changes of a channel take
   * their turn, or an earlier one that takes longer would bring back what it was before.
   */
  reload(channelId: number): Promise<boolean> {
    const before = this.#reloading.get(channelId) ?? Promise.resolve(false)
    const reloading = before
      .catch(() => false)
      .then(() => this.#reopen(channelId))
      .finally(() => {
        if (this.#reloading.get(channelId) === reloading) this.#reloading.delete(channelId)
      })
    this.#reloading.set(channelId, reloading)
    return reloading
  }

  /** Begins to listen to a channel whose vendor does not call us; the lease is ours. */
  async listen(channelId: number): Promise<void> {
    const open = this.#open.get(channelId)
    if (!open?.adapter.listen || open.unlisten) return
    const listening = open.adapter.listen()
    // Known at once, so that nobody listens a second time meanwhile.
    open.unlisten = async () => (await listening.catch(() => undefined))?.()
    try {
      await listening
    } catch (error) {
      open.unlisten = undefined
      await this.#fail(open.channel, error)
    }
  }

  /** The channel has sent something: the moment to note, or undefined when one of the last minute is noted already. */
  noteSent(channelId: number): Date | undefined {
    const open = this.#open.get(channelId)
    const now = this.#options.clock.now()
    if (!open || (open.lastSent && now.getTime() - open.lastSent.getTime() < 60_000)) return undefined
    open.lastSent = now
    return now
  }

  /** Stops listening; resolves when nothing is under way. */
  async unlisten(channelId: number): Promise<void> {
    const open = this.#open.get(channelId)
    const stop = open?.unlisten
    if (!open || !stop) return
    open.unlisten = undefined
    await stop()
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((id) => this.#closeChannel(id)))
  }

  async #reopen(channelId: number): Promise<boolean> {
    await this.unlisten(channelId)
    const channel = await findChannel(this.#options.db, channelId)
    // Taken away and opened in one go: requests come in all the time, and must not find it closed.
    const before = this.#takeAway(channelId)
    if (channel?.enabled) await this.#openChannel(channel)
    // Its lease may have come to us just now, and made it be listened to again.
    await before?.unlisten?.()
    await before?.adapter.close()
    return this.#open.has(channelId)
  }

  async #openChannel(channel: Channel): Promise<void> {
    const { catalogue, vault, publicUrl, clock, log, http } = this.#options
    try {
      const definition = catalogue.get(channel.kind)
      if (!definition) throw new AppError('unsupported', `This program has no channels of the kind "${channel.kind}".`)
      const settings = openSettings(definition, vault, sealPlace(channel), channel.settings)
      const adapter = definition.create({
        channel: { id: channel.id, projectId: channel.projectId, name: channel.name, settings },
        hookUrl: publicUrl && `${publicUrl}/hooks/${channel.hookId}`,
        clock,
        log: log.child({ channel: channel.name }),
        http,
        ...makeChannelTools(channel, this.#options),
        desk: this.#options.desk(channel),
        report: (condition) => this.#report(channel, condition),
        receive: (events) => this.#options.receive(channel.id, events),
      })
      this.#open.set(channel.id, { channel, adapter, settings, lastSent: undefined, unlisten: undefined })
      this.#byHook.set(channel.hookId, channel.id)
    } catch (error) {
      await this.#fail(channel, error)
    }
  }

  async #closeChannel(channelId: number): Promise<void> {
    await this.unlisten(channelId)
    await this.#takeAway(channelId)?.adapter.close()
  }

  #takeAway(channelId: number): OpenChannel | undefined {
    const open = this.#open.get(channelId)
    if (!open) return undefined
    this.#open.delete(channelId)
    this.#byHook.delete(open.channel.hookId)
    return open
  }

  async #report(channel: Channel, condition: Condition): Promise<void> {
    const { db, log, clock } = this.#options
    const { qr: _, ...signIn } = condition.signIn ?? {}
    log.info({ channel: channel.name, ...condition, signIn }, 'A channel tells how it fares.')
    await noteCondition(db, channel.id, condition, clock.now())
  }

  async #fail(channel: Channel, error: unknown): Promise<void> {
    const { db, log, clock } = this.#options
    log.error({ error, channel: channel.name }, 'A channel cannot be opened; the others go on.')
    await updateChannelRow(db, channel.id, { error: messageOf(error), updatedAt: clock.now() })
  }
}
