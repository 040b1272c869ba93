import { AppError } from '../../platform/errors.ts'
import type { Vault } from '../../platform/secrets.ts'
import { renderHeader, renderJson } from '../../platform/templates.ts'
import { type ChangePayload, maxPayloadBytes } from './change-payload.ts'
import { openHeaders } from './secret-headers.ts'
import type { Webhook } from './webhook.ts'
import { webhookScope } from './webhook-scope.ts'

/** A request as it is sent, but for its signature. */
export interface WebhookRequest {
  method: Webhook['method']
  url: string
  /** Names in lower case. */
  headers: Record<string, string>
  body: string
  /** What must not be shown of it. */
  secrets: string[]
}

/**
 * Fills in what a subscription sends of a change. `timeZone` is the project's, for contacts whose own is not known. Throws `invalid` when
 * the template or a header cannot be filled in, and `too_large`.
 */
export function prepareWebhook(
  webhook: Pick<Webhook, 'projectId' | 'method' | 'url' | 'headers' | 'secretHeaders' | 'template'>,
  payload: ChangePayload,
  { vault, timeZone }: { vault: Vault; timeZone: string },
): WebhookRequest {
  const scope = webhookScope(payload)
  const zone = (scope.contact.time_zone as string | null | undefined) ?? timeZone
  const body = JSON.stringify(webhook.template === null ? payload : renderJson(webhook.template, scope, zone))
  const size = Buffer.byteLength(body)
  if (size > maxPayloadBytes)
    throw new AppError(
      'too_large',
      `The template makes ${size} bytes of JSON of this change; expected at most ${maxPayloadBytes}.`,
    )
  const headers: Record<string, string> = { 'content-type': 'application/json', 'user-agent': 'Parley-Webhooks/1' }
  for (const [name, template] of Object.entries(webhook.headers))
    headers[name.toLowerCase()] = headerValue(name, renderHeader(template, scope, zone).trim())
  const secretHeaders = Object.entries(openHeaders(webhook, vault))
  for (const [name, value] of secretHeaders) headers[name.toLowerCase()] = value
  const { ordering } = payload
  if (ordering) {
    headers['parley-ordering-key'] = ordering.key
    headers['parley-sequence'] = String(ordering.sequence)
  }
  // Of `Bearer abc` the credential alone as well.
  const secrets = secretHeaders.flatMap(([, value]) => [value, ...value.split(' ').slice(1)])
  return { method: webhook.method, url: webhook.url, headers, body, secrets }
}

function headerValue(name: string, value: string): string {
  if (/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) return value
  throw new AppError(
    'invalid',
    `The header "${name}" came out with a character that headers cannot carry; expected Latin letters, digits and signs.`,
  )
}
