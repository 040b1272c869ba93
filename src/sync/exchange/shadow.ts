import type { CrmValue } from '../crm.ts'

/**
 * What both sides had when they were last seen together, each in its own words, by key of the field there; `tags` is one of them.
 * A side has changed what differs from this, and nothing else: so nothing is echoed, however the other side spells it.
 */
export interface Shadow {
  ours: Record<string, CrmValue>
  theirs: Record<string, CrmValue>
}
