import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { problem, Refusal } from './refusal.ts'

export interface Client {
  id: string
  secret: string
  /** As entered in the integration's settings; any address is taken where it is absent. */
  redirectUri?: string
}

interface Token {
  clientId: string
  expiresAt: number
  callsLeft: number
  revoked: boolean
}

export interface OAuth {
  /** Where the consent page sends the owner's browser; `denied` when they refuse. */
  consent(given: { clientId: string; state: string; redirectUri?: string; denied?: boolean }): string
  /** POST /oauth2/access_token. */
  exchange(json: unknown): unknown
  /** Whose token it is; throws 401 when it is none, ran out or was taken back. */
  clientOf(authorization: string | undefined): string
  /** Whose token or body it is, as far as can be seen, for counting. */
  whose(authorization: string | undefined, json: unknown): string
  /** A token of years, made on the integration's page. */
  longLived(clientId: string): string
  /** A pair as if the owner had consented and the code was changed for it. */
  pair(clientId: string): { access_token: string; refresh_token: string }
  /** The owner switches the integration off: its tokens are no good any more. */
  revoke(clientId: string): void
  refreshes(): number
}

export interface OAuthOptions {
  clients: Client[]
  /** Calls after which an access token runs out. */
  tokenCalls: number
  /** Milliseconds. */
  now: () => number
  host: () => string
}

const codeMs = 20 * 60_000
const accessSeconds = 86_400
const refreshMs = 90 * 86_400_000

const head = { client_id: z.string(), client_secret: z.string(), redirect_uri: z.url() }
const grant = z.discriminatedUnion('grant_type', [
  z.strictObject({ ...head, grant_type: z.literal('authorization_code'), code: z.string().min(1) }),
  z.strictObject({ ...head, grant_type: z.literal('refresh_token'), refresh_token: z.string().min(1) }),
])

/** Codes that live 20 minutes and work once, refresh tokens that live three months and work once (amocrm.ru/developers/content/oauth). */
export function openOAuth({ clients, tokenCalls, now, host }: OAuthOptions): OAuth {
  const codes = new Map<string, { clientId: string; expiresAt: number; used: boolean }>()
  const refreshTokens = new Map<string, { clientId: string; expiresAt: number; used: boolean; revoked: boolean }>()
  const tokens = new Map<string, Token>()
  let refreshes = 0

  const secret = (prefix: string) => `${prefix}${randomBytes(32).toString('hex')}`

  function issue(clientId: string, seconds = accessSeconds, calls = tokenCalls): string {
    const token = secret('eyJ0eXAi')
    tokens.set(token, { clientId, expiresAt: now() + seconds * 1000, callsLeft: calls, revoked: false })
    return token
  }

  function pair(clientId: string): { access_token: string; refresh_token: string } {
    const refresh = secret('def50200')
    refreshTokens.set(refresh, { clientId, expiresAt: now() + refreshMs, used: false, revoked: false })
    return { access_token: issue(clientId), refresh_token: refresh }
  }

  /** A code or refresh token that was used already is the caller's mistake; one that was taken back is not. */
  function take(
    kept: { clientId: string; expiresAt: number; used: boolean; revoked?: boolean } | undefined,
    client: Client,
  ): void {
    if (kept?.revoked) throw oauthProblem('Token has been revoked', false)
    if (kept === undefined || kept.clientId !== client.id) throw oauthProblem('Token is invalid')
    if (kept.used) throw oauthProblem('Token has been used already')
    if (kept.expiresAt < now()) throw oauthProblem('Authorization code has expired')
    kept.used = true
  }

  return {
    consent({ clientId, state, redirectUri, denied = false }) {
      const client = clients.find(({ id }) => id === clientId)
      const target = new URL(redirectUri ?? client?.redirectUri ?? '')
      if (denied) target.search = new URLSearchParams({ error: 'access_denied', state }).toString()
      else {
        const code = secret('def502')
        codes.set(code, { clientId, expiresAt: now() + codeMs, used: false })
        target.search = new URLSearchParams({
          code,
          state,
          referer: host(),
          platform: '1',
          client_id: clientId,
          from_widget: '',
        }).toString()
      }
      return target.href
    },
    exchange(json) {
      const parsed = grant.safeParse(json)
      if (!parsed.success)
        throw oauthProblem(parsed.error.issues.map(({ path, message }) => `${path}: ${message}`).join(' '))
      const body = parsed.data
      const client = clients.find(({ id, secret: own }) => id === body.client_id && own === body.client_secret)
      if (client === undefined) throw problem(401, 'The client is unknown or its secret is wrong.')
      if (client.redirectUri !== undefined && client.redirectUri !== body.redirect_uri)
        throw oauthProblem('redirect_uri is not the one of the integration')
      if (body.grant_type === 'refresh_token') {
        take(refreshTokens.get(body.refresh_token), client)
        refreshes++
      } else take(codes.get(body.code), client)
      const server_time = Math.floor(now() / 1000)
      return { token_type: 'Bearer', expires_in: accessSeconds, server_time, ...pair(client.id) }
    },
    clientOf(authorization) {
      const token = tokens.get(/^Bearer (\S+)$/.exec(authorization ?? '')?.[1] ?? '')
      if (token === undefined) throw problem(401, 'Unauthorized')
      if (token.revoked || token.expiresAt < now() || token.callsLeft <= 0) throw problem(401, 'Unauthorized', false)
      token.callsLeft--
      return token.clientId
    },
    whose(authorization, json) {
      const token = tokens.get(/^Bearer (\S+)$/.exec(authorization ?? '')?.[1] ?? '')
      return token?.clientId ?? String((json as { client_id?: unknown } | undefined)?.client_id ?? 'unknown')
    },
    longLived: (clientId) => issue(clientId, 5 * 365 * 86_400, Number.POSITIVE_INFINITY),
    pair,
    revoke(clientId) {
      for (const kept of [...tokens.values(), ...refreshTokens.values()])
        if (kept.clientId === clientId) kept.revoked = true
    },
    refreshes: () => refreshes,
  }
}

function oauthProblem(hint: string, counts = true): Refusal {
  const body = {
    hint,
    title: 'Некорректный запрос',
    type: 'https://developers.amocrm.ru/v3/errors/OAuthProblemJson',
    status: 400,
    detail: 'В запросе отсутствует ряд параметров или параметры невалидны',
  }
  return new Refusal(400, hint, 'application/problem+json', JSON.stringify(body), counts)
}
