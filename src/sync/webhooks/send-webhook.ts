import { Webhook as Signer } from 'standardwebhooks'
import type { Clock } from '../../platform/clock.ts'
import type { Queryable } from '../../platform/database/database.ts'
import { doublingDelays } from '../../platform/deliveries/backoff.ts'
import type { Delivery, DeliverySender } from '../../platform/deliveries/delivery.ts'
import { AppError, messageOf } from '../../platform/errors.ts'
import { maskSecrets } from '../../platform/mask.ts'
import { isRedirect } from '../../platform/safe-http/redirect.ts'
import type { SafeHttp, SafeResponse } from '../../platform/safe-http/safe-http.ts'
import type { Vault } from '../../platform/secrets.ts'
import type { ChangePayload } from './change-payload.ts'
import { prepareWebhook, type WebhookRequest } from './prepare-webhook.ts'
import { recordRequest, recordResponse } from './record-exchange.ts'
import { settleWebhooks } from './settle-webhooks.ts'
import { secretPlace, type Webhook } from './webhook.ts'
import { oldestWaiting } from './webhook-deliveries.store.ts'
import { waitAsAsked, waitAt } from './webhook-patience.ts'
import { type Destination, findDestination } from './webhooks.store.ts'

const second = 1000
const day = 86_400 * second

/** One receiver gets so many requests at once at most. */
const mostPerReceiver = 8

export interface WebhookSenderParts {
  /** Outside any transaction: it is read from while nothing is locked. */
  db: Queryable
  vault: Vault
  http: SafeHttp
  clock: Clock
  /** Requests to all receivers that may be under way at once. */
  inFlight: number
}

/** Hands changes over to their subscribers, signed as Standard Webhooks say (https://www.standardwebhooks.com). */
export function webhookSender(parts: WebhookSenderParts): DeliverySender {
  /** Deliveries that began while their receiver was known to fail: their success is news. */
  const news = new WeakSet<Delivery>()
  return {
    kind: 'webhook',
    // Of failures that are our own: the receiver's are given their waits one by one.
    retryDelaysMs: doublingDelays(5 * second, 600 * second, 20),
    recordsSuccess: true,
    places: { total: parts.inFlight, perQueue: Math.min(parts.inFlight, mostPerReceiver) },
    pacing: () => ({ perSecond: 200, perLanePerSecond: 50 }),
    send: (delivery, signal) => send(parts, news, delivery, signal),
    settle: (tx, results) =>
      settleWebhooks(
        tx,
        results.filter(({ delivery, attempt }) => attempt.outcome !== 'sent' || news.has(delivery)),
      ),
  }
}

async function send(
  parts: WebhookSenderParts,
  news: WeakSet<Delivery>,
  delivery: Delivery,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const { db, http, clock } = parts
  const destination = await findDestination(db, delivery.projectId, delivery.subjectId, delivery.id)
  if (!destination) throw new AppError('gone', 'The subscription was removed.')
  const { webhook, queuedAt } = destination
  if (!webhook.enabled)
    throw new AppError('unavailable', `The subscription "${webhook.name}" is switched off.`, {
      retryAfterMs: 60 * second,
    })
  if (webhook.failingSince) news.add(delivery)
  else news.delete(delivery)

  const request = signedRequest(parts, delivery, destination)
  try {
    return judge(webhook, request, await exchange(http, request, signal), clock.now())
  } catch (error) {
    throw await withWait(parts, delivery, queuedAt, error as AppError)
  }
}

/** What a delivery sends in this attempt. Throws as {@link prepareWebhook} does. */
function signedRequest(
  { vault, clock }: WebhookSenderParts,
  delivery: Delivery,
  { webhook, timeZone }: Destination,
): WebhookRequest {
  try {
    const prepared = prepareWebhook(webhook, delivery.payload as ChangePayload, { vault, timeZone })
    const secrets = webhook.secrets.map((sealed) => vault.open(sealed, secretPlace(webhook.projectId)))
    const signature = signatureHeaders(`dlv_${delivery.id}`, clock.now(), prepared.body, secrets)
    return { ...prepared, headers: { ...prepared.headers, ...signature } }
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'internal') throw error
    // A start with another key opens no secret; that is the fault of no delivery.
    throw new AppError('internal', error.message, { retryable: true, cause: error })
  }
}

async function exchange(http: SafeHttp, request: WebhookRequest, signal: AbortSignal): Promise<SafeResponse> {
  const { secrets: _, ...rest } = request
  return http.request({ ...rest, redirects: 'answer', timeoutMs: 15_000, signal }).catch((error: unknown) => {
    throw unanswered(request, error)
  })
}

/** A failure that may pass says when to try again, or that the delivery is given up. */
async function withWait(
  { db, clock }: WebhookSenderParts,
  delivery: Delivery,
  queuedAt: Date,
  failure: AppError,
): Promise<AppError> {
  if (!failure.retryable) return failure
  const { code, message, detail, retryAfterMs: asked } = failure
  const { attempts } = delivery
  const isOldest = (await oldestWaiting(db, delivery.subjectId)) === delivery.id
  const age = clock.now().getTime() - queuedAt.getTime()
  const wait = waitAt(age, { isOldest, random: Math.random() })
  if (wait === undefined)
    return new AppError(code, `${message} (given up after ${attempts} attempts)`, { retryable: false, detail })
  const retryAfterMs = asked === undefined ? wait : waitAsAsked(asked, attempts)
  return new AppError(code, message, { retryable: true, retryAfterMs, detail })
}

/** The id stays over all attempts, the time is of this one; each live secret signs. */
function signatureHeaders(id: string, now: Date, body: string, secrets: string[]): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': secrets.map((secret) => new Signer(secret).sign(id, now, body)).join(' '),
  }
}

/** Gives what is worth keeping of a good answer; throws for any other. */
function judge(webhook: Webhook, request: WebhookRequest, response: SafeResponse, now: Date): Record<string, unknown> {
  const { status, headers } = response
  const detail = { status, request: recordRequest(request), response: recordResponse(response, request.secrets) }
  if (isRedirect(status, headers)) {
    const target = URL.parse(headers.location!, webhook.url)?.href ?? headers.location
    const [from, to] = [webhook.url, target].map((address) => maskSecrets(address, request.secrets))
    const message = `${from} redirects to ${to}; expected the subscription to name that address itself.`
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
function unanswered(request: WebhookRequest, error: unknown): AppError {
  const known = error instanceof AppError ? error : new AppError('unavailable', messageOf(error))
  const detail = { status: null, request: recordRequest(request), response: null }
  return new AppError(known.code, known.message, { retryable: known.retryable, detail })
}

/** Seconds, or a date (RFC 9110, 10.2.3); a day at most. */
function retryAfter(header: string | undefined, now: Date): number | undefined {
  if (!header) return undefined
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * second : Date.parse(header) - now.getTime()
  return Number.isNaN(ms) ? undefined : Math.min(day, Math.max(second, ms))
}
