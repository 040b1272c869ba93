import type { DeskConversation } from '../../conversations/operator-desk.ts'
import type { CapabilitiesOf } from '../../conversations/send-message.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Database, Tx } from '../../platform/database/database.ts'
import type { LinkedAccounts } from '../../team/identities/linked-accounts.ts'

/** What the desks of all channels share. */
export interface DeskParts {
  db: Database
  clock: Clock
  linked: LinkedAccounts
  capabilities: CapabilitiesOf
  /** Something was done: threads in which flows go on, and whether messages wait to be sent. */
  done(what: { threadIds: number[]; sends: boolean }): void
  /** Accounts of the project were linked. */
  accountsChanged(projectId: number): void
}

/** What the acts of a desk need besides their input. */
export interface DeskTools extends DeskParts {
  channel: { id: number; projectId: number }
  /** Does something once for its key; called again it gives what it gave first. */
  once<Answer>(key: string, act: (tx: Tx, now: Date) => Promise<Answer>): Promise<Answer>
  conversation(id: number): Promise<DeskConversation>
}
