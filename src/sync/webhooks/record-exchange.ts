import { shortened } from '../../platform/cut-text.ts'
import { maskSecrets } from '../../platform/mask.ts'
import type { SafeResponse } from '../../platform/safe-http/safe-http.ts'
import { storable } from '../../platform/storable.ts'
import type { WebhookRequest } from './prepare-webhook.ts'

/** What is kept of an attempt: what was sent and what came back, without secrets and not at any length. */
export interface ExchangeRecord {
  request: { method: string; url: string; headers: Record<string, string>; body: string }
  /** Null where there was no answer. */
  response: { headers: Record<string, string>; body: string } | null
}

/** So many characters of a body are kept. */
const keptOfBody = 4000
const keptOfHeader = 500
const keptHeaders = 50

/** A request as it is shown: secret headers, signatures and what looks like a secret are masked, the body is cut. */
export function recordRequest({ method, url, headers, body, secrets }: WebhookRequest): ExchangeRecord['request'] {
  return {
    method,
    url: masked(url, secrets),
    headers: recordHeaders(headers, secrets),
    body: shortened(masked(body, secrets), keptOfBody),
  }
}

export function recordResponse({ headers, body }: SafeResponse, secrets: string[]): ExchangeRecord['response'] {
  // Of a long body no more is decoded than is kept.
  const text = new TextDecoder().decode(body.subarray(0, keptOfBody * 4))
  const kept = shortened(masked(storable(text) as string, secrets), keptOfBody)
  return { headers: recordHeaders(storable(headers) as Record<string, string>, secrets), body: kept }
}

function recordHeaders(headers: Record<string, string>, secrets: string[]): Record<string, string> {
  const shown = maskSecrets(headers, secrets) as Record<string, string>
  const kept = Object.entries(shown).slice(0, keptHeaders)
  return Object.fromEntries(kept.map(([name, value]) => [name, shortened(value, keptOfHeader)]))
}

function masked(text: string, secrets: string[]): string {
  return maskSecrets(text, secrets) as string
}
