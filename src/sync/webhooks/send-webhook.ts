import { Webhook as Signer } from 'standardwebhooks'
import type { Clock } from '../../platform/clock.ts'
import type { Queryable } from '../../platform/database/database.ts'
import type { Delivery, DeliverySender } from '../../platform/deliveries/delivery.ts'
import { AppError, messageOf } from '../../platform/errors.ts'
import type { SafeHttp, SafeResponse } from '../../platform/safe-http/safe-http.ts'
import type { Vault } from '../../platform/secrets.ts'
import { settleWebhooks } from './settle-webhooks.ts'
import { secretPlace, type Webhook } from './webhook.ts'
import { findWebhook } from './webhooks.store.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute

/** Waits after the first, second … attempt, in milliseconds; the first attempt is made at once. */
export const webhookRetryDelaysMs: readonly number[] = [
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
]

export interface WebhookSenderParts {
  /** Outside any transaction: it is read from while nothing is locked. */
  db: Queryable
  vault: Vault
  http: SafeHttp
  clock: Clock
}

/** Hands changes over to their subscribers, signed as Standard Webhooks say (https://www.standardwebhooks.com). */
export function webhookSender(parts: WebhookSenderParts): DeliverySender {
  return {
    kind: 'webhook',
    retryDelaysMs: webhookRetryDelaysMs,
    recordsSuccess: true,
    pacing: () => ({ perSecond: 200, perLanePerSecond: 50 }),
    send: (delivery, signal) => send(parts, delivery, signal),
    settle: settleWebhooks,
  }
}

async function send(
  { db, vault, http, clock }: WebhookSenderParts,
  delivery: Delivery,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const webhook = await findWebhook(db, delivery.projectId, delivery.subjectId)
  if (!webhook) throw new AppError('gone', 'The subscription was removed.')
  if (!webhook.enabled) throw new AppError('gone', `The subscription "${webhook.name}" is switched off.`)
  const body = JSON.stringify(delivery.payload)
  const secrets = webhook.secrets.map((sealed) => vault.open(sealed, secretPlace(webhook.projectId)))
  const response = await http
    .request({
      method: 'POST',
      url: webhook.url,
      headers: { ...signatureHeaders(`dlv_${delivery.id}`, clock.now(), body, secrets), ...ourHeaders },
      body,
      timeoutMs: 15_000,
      signal,
    })
    .catch((error) => {
      throw unanswered(error)
    })
  return judge(webhook, response, clock.now())
}

const ourHeaders = { 'content-type': 'application/json', 'user-agent': 'Parley-Webhooks/1' }

/** The id stays over all attempts, the time is of this one; each live secret signs. */
function signatureHeaders(id: string, now: Date, body: string, secrets: string[]): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': secrets.map((secret) => new Signer(secret).sign(id, now, body)).join(' '),
  }
}

/** Gives what is worth keeping of a good answer; throws for any other. */
function judge(webhook: Webhook, response: SafeResponse, now: Date): Record<string, unknown> {
  const { status, headers, durationMs, finalUrl } = response
  const detail = { status, durationMs: Math.round(durationMs), response: excerpt(response.body) }
  if (finalUrl !== new URL(webhook.url).href) {
    const message = `${webhook.url} redirects to ${finalUrl}; expected the subscription to name that address itself.`
    throw new AppError('unsupported', message, { detail })
  }
  if (status >= 200 && status < 300) return detail
  if (status === 410) throw new AppError('gone', `The receiver answered 410: it wants to hear no more.`, { detail })
  throw new AppError('unavailable', `The receiver answered ${status}; expected 200 to 299.`, {
    detail,
    retryAfterMs: retryAfter(headers['retry-after'], now),
  })
}

/** The same failure, marked as one of the receiver (`status` null: there was no answer). */
function unanswered(error: unknown): AppError {
  const known = error instanceof AppError ? error : new AppError('unavailable', messageOf(error))
  return new AppError(known.code, known.message, { retryable: known.retryable, detail: { status: null } })
}

/** Seconds, or a date (RFC 9110, 10.2.3); a day at most. */
function retryAfter(header: string | undefined, now: Date): number | undefined {
  if (!header) return undefined
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * second : Date.parse(header) - now.getTime()
  return Number.isNaN(ms) ? undefined : Math.min(24 * hour, Math.max(second, ms))
}

function excerpt(body: Uint8Array): string {
  return new TextDecoder().decode(body.subarray(0, 1000)).replaceAll('\0', '')
}
