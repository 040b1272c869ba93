import { createHash } from 'node:crypto'
import { AppError } from '../../src/platform/errors.ts'
import { type HttpResult, performRequest } from '../../src/platform/http-request/perform-request.ts'
import { prepareRequest, type Renderers } from '../../src/platform/http-request/prepare-request.ts'
import { renderJson, renderText, renderUrl } from '../../src/platform/templates.ts'
import type { CrmContext, CrmLimit } from '../../src/sync/crm.ts'
import { openCredentials } from './credentials.ts'
import { refusalOf } from './refusal.ts'
import { itemsAt, textAt } from './settings/place.ts'
import type { Listing, RestRequest } from './settings/request.ts'
import type { RestCrmSettings } from './settings.ts'

/** What placeholders of a request see, by name. */
export type Scope = Record<string, unknown>

export interface RestAnswer {
  body: unknown
  /** When it was given, by the CRM's clock where it tells it. */
  at: Date
}

/** Requests to one account, each in its turn. */
export interface RestClient {
  /** Throws what the settings make of a refusal, and `unavailable` where the answer is no JSON. */
  ask(request: RestRequest, scope: Scope, signal: AbortSignal): Promise<RestAnswer>
  /** Page by page, while there are more and they are wanted. */
  pages(listing: Listing, scope: Scope, signal: AbortSignal): AsyncGenerator<unknown[]>
}

const largestAnswer = 16 * 1024 * 1024
/** Whoever has more than these pages is asked in a wrong way. */
const mostPages = 50

export function openClient(context: CrmContext<RestCrmSettings>): RestClient {
  const { clock, http, limited, integration } = context
  const { settings } = integration
  const limits = limitsOf(settings)
  const credentials = openCredentials(context, limits)

  async function send(request: RestRequest, scope: Scope, signal: AbortSignal): Promise<HttpResult> {
    for (let tries = 1; ; tries++) {
      const vouching = await credentials.headers(signal)
      const prepared = prepare(request, scope, vouching, settings)
      const options = { signal, maxResponseBytes: largestAnswer }
      const answer = await limited(limits, () => performRequest(prepared, http, options), signal)
      if (answer.status !== 401 || tries > 1 || !(await credentials.renew(vouching, signal))) return answer
    }
  }

  const ask: RestClient['ask'] = async (request, scope, signal) => {
    if (signal.aborted) throw new AppError('timeout', 'The call to the CRM was ended before it was made.')
    const answer = await send(request, scope, signal)
    const refusal = refusalOf(answer, settings)
    if (refusal) throw refusal
    if (typeof answer.body === 'string')
      throw new AppError('unavailable', `The CRM answered ${request.method} ${request.path} with no JSON.`)
    return { body: answer.body, at: serverTime(answer) ?? clock.now() }
  }

  return {
    ask,
    async *pages({ request, items, next }, scope, signal) {
      let cursor: string | undefined
      for (let page = 0; page < mostPages; page++) {
        const { body } = await ask(request, { ...scope, cursor }, signal)
        yield itemsAt(items, body)
        const following = next && textAt(next, body, settings.constants)
        if (following === undefined || following === cursor) return
        cursor = following
      }
    },
  }
}

function prepare(request: RestRequest, scope: Scope, vouching: Record<string, string>, settings: RestCrmSettings) {
  const { method, path, query, headers, json, form } = request
  const { baseUrl, secret, constants, timeoutSeconds } = settings
  const seen = { ...(settings.values.ids === 'number' ? withNumbers(scope) : scope), constants, secret }
  const renderers: Renderers = {
    render: (template) => renderText(template, seen),
    renderUrl: (template) => renderUrl(template, seen),
    renderJson: (value) => withoutGaps(renderJson(value, seen), scope.fields),
  }
  const prepared = prepareRequest(
    {
      method,
      url: `${baseUrl.replace(/\/+$/, '')}${path}`,
      description: '',
      query: Object.fromEntries(Object.entries(query).filter(([, template]) => renderText(template, seen) !== '')),
      headers: { ...settings.headers, ...headers },
      ...(json !== undefined && { body: { type: 'json' as const, value: json } }),
      ...(form && { body: { type: 'form' as const, fields: form } }),
      timeoutSeconds,
      retries: 0,
    },
    renderers,
  )
  // What vouches for us is no template, whatever stands in it.
  return { ...prepared, headers: { ...prepared.headers, ...vouching } }
}

/**
 * A body without what came out empty, but for the fields themselves, of which null empties one. What stands under "..." is laid open in
 * its place; an object whose "?" came out empty is left out as a whole.
 */
function withoutGaps(value: unknown, fields: unknown): unknown {
  if (value === fields || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => withoutGaps(item, fields)).filter((item) => !isGap(item))
  if ('?' in value && isGap(value['?'])) return undefined
  const filled: Record<string, unknown> = {}
  for (const [name, item] of Object.entries(value)) {
    const inner = withoutGaps(item, fields)
    if (isGap(inner) || name === '?') continue
    if (name === '...' && typeof inner === 'object') Object.assign(filled, inner)
    else filled[name] = inner
  }
  return filled
}

const idNames = ['id', 'ids', 'contact_id', 'on_contact', 'on_deal', 'pipeline', 'hook_id']

function withNumbers(scope: Scope): Scope {
  const numbers = idNames.flatMap((name) => {
    const value = scope[name]
    if (value === undefined) return []
    return [[name, Array.isArray(value) ? value.map(Number) : Number(value)]]
  })
  return { ...scope, ...Object.fromEntries(numbers) }
}

function isGap(value: unknown): boolean {
  return value === null || value === undefined || value === ''
}

/** Those of an account, whoever uses it. */
function limitsOf({ baseUrl, secret, requestsPerSecond, requestsPerMinute }: RestCrmSettings): CrmLimit[] {
  const whose = createHash('sha256').update(secret).digest('hex').slice(0, 16)
  const name = `rest-crm:${new URL(baseUrl.replace(/\{\{.*?\}\}/g, 'x')).host}:${whose}`
  return [
    { name, perSecond: requestsPerSecond },
    ...(requestsPerMinute === undefined ? [] : [{ name: `${name}:minute`, perMinute: requestsPerMinute }]),
  ]
}

function serverTime({ headers }: HttpResult): Date | undefined {
  const time = new Date(headers.date ?? Number.NaN)
  return Number.isNaN(time.getTime()) ? undefined : time
}
