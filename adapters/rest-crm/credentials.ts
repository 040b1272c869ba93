import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '../../src/platform/errors.ts'
import { performRequest } from '../../src/platform/http-request/perform-request.ts'
import type { CrmContext, CrmLimit } from '../../src/sync/crm.ts'
import { refusalOf } from './refusal.ts'
import type { RestAuth, RestCrmSettings } from './settings.ts'

/** What lets requests in. */
export interface Credentials {
  headers(signal: AbortSignal): Promise<Record<string, string>>
  /** They were refused: another token is asked for. Tells whether there is one now. */
  renew(refused: Record<string, string>, signal: AbortSignal): Promise<boolean>
}

/** The credentials that the settings tell of; tokens are kept, so that all processes use one. Asking for them counts under `limits`. */
export function openCredentials(context: CrmContext<RestCrmSettings>, limits: readonly CrmLimit[]): Credentials {
  const { auth, secret } = context.integration.settings
  if (auth.type !== 'client_credentials') {
    const headers = fixedHeaders(auth, secret)
    return { headers: async () => headers, renew: async () => false }
  }
  return openTokens(context, auth, limits)
}

function fixedHeaders(auth: RestAuth, secret: string): Record<string, string> {
  switch (auth.type) {
    case 'bearer':
      return { authorization: `Bearer ${secret}` }
    case 'header':
      return { [auth.header.toLowerCase()]: secret }
    case 'basic':
      return { authorization: `Basic ${Buffer.from(`${auth.user}:${secret}`).toString('base64')}` }
    default:
      return {}
  }
}

const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive().optional() })
/** `client`: whom it was given to, as a hash; settings may name another one since. */
const keptToken = z.object({ token: z.string(), until: z.number(), client: z.string() })

/** Tokens are good for so long where the answer does not say. */
const usualSeconds = 600
/** They are renewed so long before their end. */
const marginMs = 30_000

function openTokens(
  { clock, http, state, limited, integration: { settings } }: CrmContext<RestCrmSettings>,
  auth: Extract<RestAuth, { type: 'client_credentials' }>,
  limits: readonly CrmLimit[],
): Credentials {
  const client = createHash('sha256')
    .update(JSON.stringify([auth, settings.secret]))
    .digest('hex')
  let current: z.infer<typeof keptToken> | undefined
  const isGood = (token: typeof current) => token !== undefined && token.until - marginMs > clock.now().getTime()

  async function kept(): Promise<typeof current> {
    const text = await state.read('token')
    const token = text === undefined ? undefined : keptToken.safeParse(JSON.parse(text)).data
    return token?.client === client ? token : undefined
  }

  /** One process asks for a token; whoever waited takes the one that was got. */
  async function renewed(refused: string | undefined, signal: AbortSignal): Promise<string> {
    await state.exclusively(
      'token',
      async () => {
        current = await kept()
        if (isGood(current) && current?.token !== refused) return
        current = await ask(signal)
        await state.write('token', JSON.stringify(current))
      },
      signal,
    )
    return current!.token
  }

  async function ask(signal: AbortSignal): Promise<z.infer<typeof keptToken>> {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: auth.clientId,
      client_secret: settings.secret,
      ...(auth.scope !== undefined && { scope: auth.scope }),
    })
    const request = {
      method: 'POST' as const,
      url: auth.tokenUrl,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: form.toString(),
      timeoutMs: settings.timeoutSeconds * 1000,
      retries: 0,
    }
    const answer = await limited(limits, () => performRequest(request, http, { signal }), signal)
    const refusal = refusalOf(answer, settings)
    if (refusal?.retryable) throw refusal
    if (refusal) throw new AppError('unauthenticated', `The CRM gives this client no token. ${refusal.message}`)
    const read = tokenAnswer.safeParse(answer.body)
    if (!read.success) throw new AppError('unavailable', 'The CRM answered with something other than a token.')
    const seconds = read.data.expires_in ?? usualSeconds
    return { token: read.data.access_token, until: clock.now().getTime() + seconds * 1000, client }
  }

  return {
    async headers(signal) {
      if (!isGood(current)) current = await kept()
      const token = isGood(current) ? current!.token : await renewed(undefined, signal)
      return { authorization: `Bearer ${token}` }
    },
    async renew({ authorization = '' }, signal) {
      await renewed(authorization.slice('Bearer '.length), signal)
      return true
    },
  }
}
