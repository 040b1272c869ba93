import type { Contact } from '../../contacts/contact.ts'
import type { PlacedDeal } from '../../crm/deals.store.ts'
import type { Tx } from '../../platform/database/database.ts'
import type { WorkContext } from '../../team/context.ts'
import type { Actions } from '../actions.ts'

/** What the functions of the house act on: the client of one step of a run, in the step's transaction. */
export interface CalculatorHost {
  tx: Tx
  work: WorkContext
  /** What blocks do as well is done by their actions. */
  act: Pick<
    Actions,
    'setContact' | 'addNote' | 'distribute' | 'assignOperator' | 'releaseClient' | 'addUnread' | 'clearUnread'
  >
  /** The contact that the script works on; throws where a group has none. */
  contactId(): number
  /** The run's conversation, if it has one. */
  conversationId(): number | null
  /**
   * Counts a call; throws `invalid` when there are too many. From the first one on, no other script works on the contact until
   * the transaction ends: what this one reads is still so when it writes.
   */
  called(name: string): Promise<void>
  /** To be called before anything is written, so that all that the script did can be taken back. */
  guard(): Promise<void>
  /** Notes a call that changed something, as the trace shows it. */
  did(call: string): Promise<void>
  /** The contact has changed: variables and later steps see it as it is now. */
  keepContact(contact: Contact): void
  /** The run's deal while it is open and the client's, else the client's newest open one. */
  currentDeal(): Promise<PlacedDeal | undefined>
  /** The client has a new deal, which the run is about from now on. */
  useDeal(dealId: number): Promise<void>
  /** A deal has changed or is gone. */
  dealChanged(dealId: number): Promise<void>
  /** When the client wrote last, in any conversation between the two. */
  lastMessageAt(): Promise<Date | undefined>
  /** Whether the client has been in the block of that number of this flow. */
  wasInBlock(number: number): Promise<boolean>
  /** Cancels the pended messages of the client; without `all` those of "do not cancel" arrows stay. */
  cancelPended(all: boolean): void
  /** The client does not belong to the flow any more. */
  unsubscribe(): Promise<void>
  /** Keeps the message of the block from being sent, with the call that is the reason; or lets that call count no more. */
  silence(call: string, silent: boolean): void
}
