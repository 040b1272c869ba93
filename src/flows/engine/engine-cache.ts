import type { Queryable } from '../../platform/database/database.ts'
import { Lru } from '../../platform/lru.ts'
import type { Vault } from '../../platform/secrets.ts'
import { loadVariables } from '../../team/load-variables.ts'
import { readProject } from '../../team/read-project.ts'
import type { BlockRegistry } from '../block.ts'
import { type CompiledFlow, compileFlow } from './compiled-flow.ts'
import { readLiveVersions, readVersions } from './runs.store.ts'
import type { EngineProject, FlowLookup } from './thread-context.ts'

/**
 * What the engine reads again and again: published versions, which never change, and per project its settings, variables and
 * live flows, until {@link EngineCache.forget} says that something changed.
 */
export class EngineCache implements FlowLookup {
  readonly #blocks: BlockRegistry
  readonly #vault: Vault
  readonly #versions = new Lru<CompiledFlow>(2000)
  readonly #projects = new Map<number, { project: EngineProject; live: CompiledFlow[] }>()
  /** To be read anew; what is here serves the batch that is under way. */
  readonly #outdated = new Set<number>()

  constructor(blocks: BlockRegistry, vault: Vault) {
    this.#blocks = blocks
    this.#vault = vault
  }

  /** Loads what a batch will ask for and is not here yet. */
  async ensure(db: Queryable, projectIds: Iterable<number>, versionIds: Iterable<number>): Promise<void> {
    const missing = [...new Set(versionIds)].filter((id) => !this.#versions.has(String(id)))
    if (missing.length > 0) for (const version of await readVersions(db, missing)) this.#keep(version)
    for (const projectId of new Set(projectIds)) {
      // Taken off before it is read: what changes meanwhile is read the next time.
      if (!this.#outdated.delete(projectId) && this.#projects.has(projectId)) continue
      try {
        this.#projects.set(projectId, await this.#load(db, projectId))
      } catch (error) {
        this.#outdated.add(projectId)
        throw error
      }
    }
  }

  projectIds(): number[] {
    return [...this.#projects.keys()]
  }

  /** Something of the project changed: it is read anew by the next batch. A batch that is under way goes on with what it began with. */
  forget(projectId: number): void {
    this.#outdated.add(projectId)
  }

  version(id: number): CompiledFlow {
    return this.#versions.get(String(id), () => {
      throw new Error(`Flow version ${id} was not loaded with its batch.`)
    })
  }

  live(projectId: number): readonly CompiledFlow[] {
    return this.#entry(projectId).live
  }

  project(projectId: number): EngineProject {
    return this.#entry(projectId).project
  }

  #entry(projectId: number): { project: EngineProject; live: CompiledFlow[] } {
    const entry = this.#projects.get(projectId)
    if (!entry) throw new Error(`Project ${projectId} was not loaded with its batch.`)
    return entry
  }

  async #load(db: Queryable, projectId: number): Promise<{ project: EngineProject; live: CompiledFlow[] }> {
    const { timeZone, country, workingHours } = await readProject(db, projectId)
    const { values, secrets } = await loadVariables(db, this.#vault, projectId)
    const live = await readLiveVersions(db, projectId)
    return {
      project: { id: projectId, settings: { timeZone, country, workingHours }, variables: values, secrets },
      live: live.map((version) => this.#keep(version)),
    }
  }

  #keep(version: Parameters<typeof compileFlow>[0]): CompiledFlow {
    return this.#versions.get(String(version.versionId), () => compileFlow(version, this.#blocks))
  }
}
