import type { AccountDesk } from './account.ts'
import type { BatchSize } from './batch-size.ts'
import type { AmocrmClient } from './client.ts'
import type { KnownFields } from './fields/known-fields.ts'

/** What the parts of an adapter share: the calls of one account, and what is known of it. */
export interface AmocrmTools {
  client: AmocrmClient
  desk: AccountDesk
  known: KnownFields
  size: BatchSize
}
