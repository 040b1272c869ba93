import type { WrittenThere } from '../../flows/block.ts'

/** What a block asks of another CRM, its placeholders filled in. */
export interface CrmRequest {
  /** By name. */
  integration: string
  /** What of ours is brought there. */
  subject: { entity: 'contact' | 'deal'; id: number }
  written: WrittenThere
  tags: string[]
  /** A text, or what was said so far in a conversation. */
  note?: { text: string } | { conversation: number }
  /** `dueAt` in ISO 8601; who is to do it stands in {@link written}. */
  task?: { text: string; dueAt: string }
}
