import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { AppError, messageOf } from '../../platform/errors.ts'
import type { Log } from '../../platform/log.ts'
import type { SafeHttp } from '../../platform/safe-http/safe-http.ts'
import { openSettings } from '../../platform/secret-settings.ts'
import type { Vault } from '../../platform/secrets.ts'
import type { CrmAdapter, CrmCatalogue, CrmContext } from '../crm.ts'
import { type Integration, sealPlace } from './integration.ts'
import { enabledIntegrations, findIntegration, findIntegrationByHook } from './integrations.store.ts'
import { makeCrmState } from './make-crm-state.ts'
import { noteCondition } from './note-condition.ts'

export interface CrmHubOptions {
  db: Database
  clock: Clock
  log: Log
  vault: Vault
  catalogue: CrmCatalogue
  /** Where vendors reach us from outside; undefined when they cannot. */
  publicUrl: string | undefined
  http: SafeHttp
  /** Limits that all processes share. */
  limited: CrmContext['limited']
}

/** An integration with its adapter. */
export interface OpenIntegration {
  /** As it was when it was opened: what changes all the time (condition, pause) is read from the database. */
  integration: Integration
  adapter: CrmAdapter
}

/** All integrations that are switched on, opened; what asks for one goes through here. */
export class CrmHub {
  readonly #options: CrmHubOptions
  readonly #open = new Map<number, OpenIntegration>()
  readonly #byHook = new Map<string, number>()
  /** Integrations that are being opened anew. */
  readonly #reloading = new Map<number, Promise<boolean>>()

  constructor(options: CrmHubOptions) {
    this.#options = options
  }

  /** Opens every integration; one that cannot be opened says so and leaves the others alone. */
  async load(): Promise<void> {
    for (const integration of await enabledIntegrations(this.#options.db)) await this.#openOne(integration)
  }

  ids(): number[] {
    return [...this.#open.keys()]
  }

  /** Those that were connected with their account. */
  connectedIds(): number[] {
    return [...this.#open].flatMap(([id, { integration }]) => (integration.account === null ? [] : [id]))
  }

  get(integrationId: number): OpenIntegration | undefined {
    return this.#open.get(integrationId)
  }

  byHook(hookId: string): OpenIntegration | undefined {
    const id = this.#byHook.get(hookId)
    return id === undefined ? undefined : this.#open.get(id)
  }

  /** The same, and one that another process made or switched on without our hearing of it. */
  async findByHook(hookId: string): Promise<OpenIntegration | undefined> {
    const open = this.byHook(hookId)
    if (open) return open
    const integration = await findIntegrationByHook(this.#options.db, hookId)
    if (integration?.enabled) await this.reload(integration.id)
    return this.byHook(hookId)
  }

  /** The adapter of an integration. Throws `unavailable` when it is switched off or cannot be opened. */
  adapter(integrationId: number): CrmAdapter {
    const open = this.#open.get(integrationId)
    if (open) return open.adapter
    throw new AppError(
      'unavailable',
      `Integration ${integrationId} is switched off, or cannot be opened; its condition says why.`,
    )
  }

  /**
   * The integration was made, changed or deleted: what is open of it is replaced. Tells whether it is open now. Changes of one take
   * their turn, or an earlier one that takes longer would bring back what it was before.
   */
  reload(integrationId: number): Promise<boolean> {
    const before = this.#reloading.get(integrationId) ?? Promise.resolve(false)
    const reloading = before
      .catch(() => false)
      .then(() => this.#reopen(integrationId))
      .finally(() => {
        if (this.#reloading.get(integrationId) === reloading) this.#reloading.delete(integrationId)
      })
    this.#reloading.set(integrationId, reloading)
    return reloading
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((id) => this.#takeAway(id)?.adapter.close()))
  }

  async #reopen(integrationId: number): Promise<boolean> {
    const integration = await findIntegration(this.#options.db, integrationId)
    // Taken away and opened in one go: hooks come in all the time, and must not find it closed.
    const before = this.#takeAway(integrationId)
    if (integration?.enabled) await this.#openOne(integration)
    await before?.adapter.close()
    return this.#open.has(integrationId)
  }

  async #openOne(integration: Integration): Promise<void> {
    const { db, catalogue, vault, publicUrl, clock, log, http, limited } = this.#options
    const { id, projectId, name, kind, hookId } = integration
    try {
      const definition = catalogue.get(kind)
      if (!definition) throw new AppError('unsupported', `This program has no integrations of the kind "${kind}".`)
      const settings = openSettings(definition, vault, sealPlace(integration), integration.settings)
      const adapter = definition.create({
        integration: { id, projectId, name, settings },
        hookUrl: publicUrl && `${publicUrl}/hooks/${hookId}`,
        clock,
        log: log.child({ integration: name }),
        http,
        state: makeCrmState(integration, { db, clock, vault }),
        limited,
      })
      this.#open.set(id, { integration, adapter })
      this.#byHook.set(hookId, id)
    } catch (error) {
      log.error({ error, integration: name }, 'An integration cannot be opened; the others go on.')
      await noteCondition(db, id, { state: 'failing', error: messageOf(error) }, clock.now())
    }
  }

  #takeAway(integrationId: number): OpenIntegration | undefined {
    const open = this.#open.get(integrationId)
    if (!open) return undefined
    this.#open.delete(integrationId)
    this.#byHook.delete(open.integration.hookId)
    return open
  }
}
