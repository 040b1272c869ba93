import type { CrmValue } from '../crm.ts'

/**
 * What both sides had when they were last seen together, each in its own words, by key of the field there; `tags` is one of them.
 * A side has changed what differs from this, and nothing else: so nothing is echoed, however the other side spells it.
 */
export interface Shadow {
  ours: Record<string, CrmValue>
  theirs: Record<string, CrmValue>
  /** What we wrote there and have not read since, by key; of a list what we added to it last. They may keep it in another spelling. */
  unseen?: Record<string, CrmValue>
  /** The keys of what we wrote last. What of the others was changed there before that does not show in when the record was changed last. */
  written?: string[]
  /** We made it there and have not read it since: what we left open stands as it was filled in there. */
  fresh?: boolean
  /** It was deleted there: nothing goes there any more unless a flow wants it made again. */
  gone?: boolean
  /** It is gone because a person said that the two are not the same: what happens to it there is nothing of ours. */
  parted?: boolean
}

/** Of what was linked just now and never read. */
export const nothingShared: Shadow = { ours: {}, theirs: {} }
