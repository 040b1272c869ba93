import { z } from 'zod'
import { AppError } from '../../src/platform/errors.ts'
import type { CrmContext } from '../../src/sync/crm.ts'
import type { RestAuth, RestCrmSettings } from './settings.ts'

/** What lets requests in. */
export interface Credentials {
  headers(signal: AbortSignal): Promise<Record<string, string>>
  /** They were refused: another token is asked for. Tells whether there is one now. */
  renew(refused: Record<string, string>, signal: AbortSignal): Promise<boolean>
}

/** The credentials that the settings tell of; tokens are kept, so that all processes use one. */
export function openCredentials(context: CrmContext<RestCrmSettings>): Credentials {
  const { auth, secret } = context.integration.settings
  if (auth.type !== 'client_credentials') {
    const headers = fixedHeaders(auth, secret)
    return { headers: async () => headers, renew: async () => false }
  }
  return openTokens(context, auth)
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
const keptToken = z.object({ token: z.string(), until: z.number() })

/** Tokens are good for so long where the answer does not say. */
const usualSeconds = 600
/** They are renewed so long before their end. */
const marginMs = 30_000

function openTokens(
  { clock, http, state, integration: { settings } }: CrmContext<RestCrmSettings>,
  auth: Extract<RestAuth, { type: 'client_credentials' }>,
): Credentials {
  let current: z.infer<typeof keptToken> | undefined
  const isGood = (token: typeof current) => token !== undefined && token.until - marginMs > clock.now().getTime()

  async function kept(): Promise<typeof current> {
    const text = await state.read('token')
    return text === undefined ? undefined : keptToken.parse(JSON.parse(text))
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
    const { status, body } = await http.request({
      method: 'POST',
      url: auth.tokenUrl,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: form.toString(),
      timeoutMs: settings.timeoutSeconds * 1000,
      signal,
    })
    if (status >= 500) throw new AppError('unavailable', `The CRM gave no token: status ${status}.`)
    if (status !== 200)
      throw new AppError('unauthenticated', `The CRM gave no token for this client: status ${status}.`)
    const answer = tokenAnswer.safeParse(parsed(body))
    if (!answer.success) throw new AppError('unavailable', 'The CRM answered with something other than a token.')
    const seconds = answer.data.expires_in ?? usualSeconds
    return { token: answer.data.access_token, until: clock.now().getTime() + seconds * 1000 }
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

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined
  }
}
