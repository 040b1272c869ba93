import type { CrmValue } from '../crm.ts'

/** What a block wants beyond what the mapping says; placeholders are filled in. */
export interface Wanted {
  /** Values by key of the field there; they stand above those of the mapping. */
  values: Record<string, CrmValue>
  addTags?: string[]
  /** Written once. */
  note?: string
  /** Made once; `dueAt` in ISO 8601. */
  task?: { text: string; dueAt: string; responsible?: string }
}

/** The steps that are done, by the id of what was made there. */
export interface PushProgress {
  contact?: string
  deal?: string
  note?: string
  task?: string
}

/** What came of it: ids there. */
export interface PushResult {
  contactId?: string
  dealId?: string
}
