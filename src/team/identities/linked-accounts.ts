import type { Clock } from '../../platform/clock.ts'
import type { Queryable } from '../../platform/database/database.ts'
import { selectAccounts } from './operator-identities.store.ts'

/** What is remembered counts for so long, in milliseconds, should nobody tell that it changed. */
const keptMs = 10_000

/** Remembers which accounts are operators', as messengers ask for it with each message. */
export class LinkedAccounts {
  readonly #db: Queryable
  readonly #clock: Clock
  readonly #known = new Map<number, { accounts: Promise<ReadonlySet<string>>; until: number }>()

  constructor(db: Queryable, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  async has(projectId: number, account: { kind: string; value: string }): Promise<boolean> {
    const now = this.#clock.now().getTime()
    let known = this.#known.get(projectId)
    if (!known || known.until <= now) {
      known = { accounts: this.#read(projectId), until: now + keptMs }
      this.#known.set(projectId, known)
    }
    return (await known.accounts).has(keyOf(account))
  }

  /** Accounts of the project were linked or unlinked. */
  forget(projectId: number): void {
    this.#known.delete(projectId)
  }

  async #read(projectId: number): Promise<ReadonlySet<string>> {
    try {
      return new Set((await selectAccounts(this.#db, projectId)).map(keyOf))
    } catch (error) {
      this.#known.delete(projectId)
      throw error
    }
  }
}

function keyOf({ kind, value }: { kind: string; value: string }): string {
  return `${kind}/${value}`
}
