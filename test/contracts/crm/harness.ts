import type { HookRequest } from '../../../src/conversations/channel.ts'
import type { VirtualClock } from '../../../src/platform/clock.ts'
import type { CrmAdapter, CrmEntity, CrmValue } from '../../../src/sync/crm.ts'

/**
 * What can go wrong with the next request: the vendor wants rest; the connection breaks before the vendor has done anything; it breaks
 * after all was done, so the answer is lost; it is never answered; the account does not let us in any more.
 */
export type CrmFault = 'rate_limit' | 'drop' | 'lost' | 'hang' | 'unauthenticated'

/** One adapter with a double of its vendor, where an account is connected that has two pipelines, two users, and fields of its own. */
export interface CrmHarness {
  adapter: CrmAdapter
  /** The clock that adapter and double both go by. */
  clock: VirtualClock
  /** Gives another name to a contact or deal there, or another text to a note or task, as a user of the CRM does: the vendor's requests to our hook. */
  rename(entity: CrmEntity, id: string, text: string): Promise<HookRequest[]>
  /** Deletes it there, likewise. */
  remove(entity: CrmEntity, id: string): Promise<HookRequest[]>
  /** A user writes a note there, likewise. */
  addNote?(
    on: { entity: 'contact' | 'deal'; id: string },
    text: string,
  ): Promise<{ id: string; requests: HookRequest[] }>
  /** A request to our hook that does not come from the vendor. */
  forge?(): HookRequest
  /** Makes the next request fail, whatever it is. */
  fail(fault: CrmFault): void
  /** Values of a deal that the vendor refuses, such as a stage that is not there. */
  badDeal(): Record<string, CrmValue>
  /** How many of them stand there. */
  count(entity: CrmEntity): number
  /** The addresses that the vendor tells of changes; absent where that is set up by hand. */
  hooks?(): string[]
  /** What the double refused because it broke the vendor's rules. */
  refused(): unknown[]
  /** Connections that the adapter holds open to the double. */
  connections(): Promise<number>
  /** Ends the double; the adapter is closed already. */
  stop(): Promise<void>
}

/** A part of the contract that a CRM may not be able to keep. */
export type CrmPart =
  | 'notes'
  | 'tasks'
  | 'tags'
  | 'hooks'
  | 'search'
  | 'dealsWithContacts'
  | 'forge'
  | 'removedHook'
  | 'noteHook'
  | 'connections'
  | CrmFault
