import { contactsFollower } from '../contacts/merge/contacts-follower.store.ts'
import type { MergeFollower } from '../contacts/merge/merge.ts'
import { conversationsFollower } from '../conversations/conversations-follower.store.ts'
import { crmFollower } from '../crm/crm-follower.store.ts'
import { flowsFollower } from '../flows/flows-follower.store.ts'
import { syncFollower } from '../sync/exchange/sync-follower.store.ts'

/** What follows a contact that is merged, module by module, the lowest first: the later ones go by what the earlier say. */
export const mergeFollowers: readonly MergeFollower[] = [
  contactsFollower,
  conversationsFollower,
  crmFollower,
  flowsFollower,
  syncFollower,
]
