import { z } from 'zod'
import { getContact } from '../../contacts/get-contact.ts'
import { getDeal } from '../../crm/get-deal.ts'
import { type RecordedChange, readChange } from '../../platform/changes.ts'
import type { Queryable } from '../../platform/database/database.ts'
import { AppError, type ErrorCode } from '../../platform/errors.ts'
import { invalidInput, parseInput } from '../../platform/faults.ts'
import type { Vault } from '../../platform/secrets.ts'
import type { WorkContext } from '../../team/context.ts'
import { changeKinds } from '../change-kinds.ts'
import { readChangeSubjects } from '../change-subjects.store.ts'
import { changePayload, fitPayload } from './change-payload.ts'
import { checkWebhook } from './check-webhook.ts'
import { getWebhook } from './get-webhook.ts'
import { prepareWebhook } from './prepare-webhook.ts'
import { type ExchangeRecord, recordRequest } from './record-exchange.ts'
import { laidOver } from './secret-headers.ts'
import { webhookUpdateSchema } from './update-webhook.ts'
import { type Webhook, wantsChange } from './webhook.ts'
import { passes } from './webhook-filter.ts'

export const webhookPreviewSchema = z
  .strictObject({
    changeId: z.int().optional().describe('The number of a change that happened.'),
    dealId: z.int().optional().describe('Instead: a deal, as if it just changed.'),
    contactId: z.int().optional().describe('Instead: a contact, as if it just changed.'),
    kind: z
      .string()
      .optional()
      .describe('Of the change of a deal or contact; the first that the webhook wants of them when absent.'),
    webhook: webhookUpdateSchema
      .default({})
      .describe('Laid over the webhook before: what it would be. Nothing of it is kept.'),
  })
  .refine(
    ({ changeId, dealId, contactId }) =>
      [changeId, dealId, contactId].filter((subject) => subject !== undefined).length === 1,
    'expected one of changeId, dealId and contactId',
  )

/** What a subscription would send. */
export interface WebhookPreview {
  /** The kind of the change. */
  kind: string
  /** Whether the kinds and the filter let the change pass. */
  wanted: boolean
  /** But for its signature; secrets are masked. Null when it cannot be made. */
  request: ExchangeRecord['request'] | null
  /** Why it cannot be made. */
  error: { code: ErrorCode; message: string } | null
}

/**
 * Tells what a subscription, as it is or as it would be, sends of a change that happened, or of a change of a deal or contact. Nothing is
 * sent. Throws `not_found` and `invalid`.
 */
export async function previewWebhook(
  db: Queryable,
  context: WorkContext,
  input: z.input<typeof webhookPreviewSchema> & { webhookId: number },
  vault: Vault,
): Promise<WebhookPreview> {
  const { webhookId, ...rest } = input
  const { webhook: draft, ...subject } = parseInput(webhookPreviewSchema, rest, 'preview')
  const before = await getWebhook(db, context.projectId, webhookId)
  const { secretHeaders, ...update } = draft
  const webhook: Webhook = { ...before, ...update, secretHeaders: laidOver(before, secretHeaders ?? {}, vault) }
  await checkWebhook(db, context.projectId, webhook)
  const change = await changeOf(db, context, webhook, subject)
  const subjectsOf = await readChangeSubjects(db, [change], context.now)
  const subjects = subjectsOf(change)
  const payload = changePayload(change, subjects)
  try {
    const wanted = wantsChange(webhook.kinds, change.kind) && passes(webhook.filter, payload, subjects.project)
    const request = prepareWebhook(webhook, fitPayload(payload), { vault, timeZone: subjects.project.timeZone })
    return { kind: change.kind, wanted, request: recordRequest(request), error: null }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { kind: change.kind, wanted: false, request: null, error: { code: error.code, message: error.message } }
  }
}

interface Subject {
  changeId?: number
  dealId?: number
  contactId?: number
  kind?: string
}

async function changeOf(
  db: Queryable,
  { projectId, now, by }: WorkContext,
  { kinds }: Webhook,
  { changeId, dealId, contactId, kind }: Subject,
): Promise<RecordedChange> {
  if (changeId !== undefined) {
    const change = await readChange(db, projectId, changeId)
    if (!change) throw new AppError('not_found', `There is no change ${changeId} in this project.`)
    return change
  }
  if (kind !== undefined && !Object.hasOwn(changeKinds, kind))
    throw invalidInput('preview', [{ path: 'kind', message: `there is no kind of change "${kind}"` }])
  const deal = dealId === undefined ? undefined : (await getDeal(db, projectId, dealId)).deal
  const contact = deal?.contactId ?? (await getContact(db, projectId, contactId!)).id
  const about = deal ? 'deal' : 'contact'
  const usual = Object.keys(changeKinds).find((known) => known.startsWith(`${about}.`) && wantsChange(kinds, known))
  return {
    id: 0,
    xact: '0',
    projectId,
    kind: kind ?? usual ?? `${about}.updated`,
    contactId: contact,
    dealId: deal?.id ?? null,
    conversationId: deal?.conversationId ?? null,
    data: { by },
    at: now,
  }
}
