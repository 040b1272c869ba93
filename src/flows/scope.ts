/**
 * What placeholders can name: `{{ contact.first_name }}`, `{{ deal.budget }}`, `{{ run.city }}`, `{{ project.key }}`,
 * `{{ message.text }}`, `{{ conversation.title }}`, `{{ trigger.new }}`, `{{ now }}`. Contact attributes and deal variables stand beside the fields.
 */
export interface Scope {
  contact: Record<string, unknown>
  deal: Record<string, unknown>
  run: Record<string, unknown>
  project: Record<string, unknown>
  message: Record<string, unknown>
  conversation: Record<string, unknown>
  /** Who wrote the message: in a group, one of its members. */
  sender: Record<string, unknown>
  /** The change that began the run: its `type` as the trigger has it, and what it tells of. Empty when something else did. */
  trigger: Record<string, unknown>
  /** ISO 8601. */
  now: string
}
