import { z } from 'zod'
import { conditionSchema, evaluate, type Group, timeFields } from '../../flows/conditions/condition.ts'
import { localNow } from '../../flows/conditions/moment.ts'
import { renderJson } from '../../platform/templates.ts'
import type { ProjectView } from '../change-subjects.store.ts'
import type { ChangePayload } from './change-payload.ts'
import { webhookScope } from './webhook-scope.ts'

/** Conditions as flows have them, over a change and what it is about. */
export const webhookFilterSchema = conditionSchema(
  'WebhookFilter',
  z
    .string()
    .regex(
      /^(?:(?:contact|deal|conversation|message|task|operator|change|project|payload)(?:\.[\p{L}\p{N}_-]+)+|now(?:\.(?:date|time|weekday|open))?)$/u,
      'expected a field such as deal.pipeline, contact.city, conversation.mode or change.to.stage.name',
    )
    .describe(
      'What is looked at: `deal.pipeline`, `deal.stage`, `deal.budget`, `contact.city`, `contact.labels`, `conversation.mode`, ' +
        '`message.text`, `change.kind`, `change.by.kind`, `change.fields.budget`, `change.to.stage.name`, or anything of the standard payload as ' +
        `\`payload.data.deal.pipeline.id\`; ${timeFields}, at the moment of the change.`,
    ),
)

/** Whether a filter lets a change pass; of the payload before anything is left out. */
export function passes(filter: Group | null, payload: ChangePayload, project: ProjectView): boolean {
  if (!filter) return true
  const scope = webhookScope(payload)
  const zones = [scope.contact.time_zone, project.timeZone]
  const now = localNow(new Date(payload.at), zones, scope.contact.language)
  const rules = renderJson(filter, scope, now.zoneName ?? undefined) as Group
  return evaluate(rules, { scope, now, workingHours: project.workingHours })
}
