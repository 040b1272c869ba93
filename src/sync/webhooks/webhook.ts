import { z } from 'zod'
import { closestWord } from '../../platform/closest-word.ts'
import { changeKinds } from '../change-kinds.ts'
import type { webhooks } from './webhooks.table.ts'

/** An address of another system that wants to hear of changes. */
export type Webhook = typeof webhooks.$inferSelect

/** A subscription as the API shows it; its secrets are shown only when they are made. */
export type WebhookView = Omit<Webhook, 'secrets' | 'secretHeaders'> & {
  /** Names of the headers whose values are not shown. */
  secretHeaders: string[]
  /** How many signing secrets are live: two while one is being rotated out. */
  liveSecrets: number
}

export function webhookView({ secrets, secretHeaders, ...webhook }: Webhook): WebhookView {
  return { ...webhook, secretHeaders: Object.keys(secretHeaders).sort(), liveSecrets: secrets.length }
}

export const webhookUrlSchema = z
  .url({ protocol: /^https?$/, error: 'expected an address that begins with http:// or https://' })
  .max(2000)
  .refine((text) => {
    const url = URL.parse(text)
    return !url?.username && !url?.password
  }, 'expected an address without user name and password; receivers know us by the signature')

const kindSchema = z
  .string()
  .regex(/^(\*|[a-z_]+\.(\*|[a-z_]+))$/, {
    error: 'expected the kind of a change such as deal.created, or deal.* or *',
    abort: true,
  })
  .superRefine((kind, context) => {
    const message = unknownKind(kind)
    if (message) context.addIssue({ code: 'custom', message })
  })

export const webhookKindsSchema = z
  .array(kindSchema)
  .min(1, 'expected at least one kind of change such as deal.created, deal.* or *')
  .max(100)
  .transform((kinds) => [...new Set(kinds)])

/** Why nothing would ever come of a subscription to this kind; undefined when it is one, or stands for some. */
function unknownKind(kind: string): string | undefined {
  const all = Object.keys(changeKinds)
  if (all.some((known) => wantsChange([kind], known))) return undefined
  const meant = closestWord(kind, [...all, ...all.map((known) => known.replace(/[a-z_]+$/, '*'))])
  const expected = meant ? `did you mean "${meant}"?` : 'expected one such as deal.created, or deal.* or *'
  return `there is no kind of change "${kind}"; ${expected}`
}

/** Whether a subscription to these kinds wants a change of this kind. */
export function wantsChange(kinds: readonly string[], kind: string): boolean {
  return kinds.some(
    (wanted) => wanted === '*' || wanted === kind || (wanted.endsWith('.*') && kind.startsWith(wanted.slice(0, -1))),
  )
}

/** The place that the signing secrets and secret headers of a project's subscriptions are sealed for. */
export function secretPlace(projectId: number): string {
  return `project:${projectId}:webhook`
}
