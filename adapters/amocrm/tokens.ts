import { z } from 'zod'
import type { Clock } from '../../src/platform/clock.ts'
import { AppError } from '../../src/platform/errors.ts'
import type { CrmState } from '../../src/sync/crm.ts'
import type { Line } from './line.ts'
import { tokensPayload } from './payload.ts'
import type { AmocrmSettings } from './settings.ts'
import { refusalOf } from './vendor-error.ts'

/** A token is renewed when it has less than this left. */
const marginMs = 5 * 60_000

/** Gives the token that requests go with. */
export interface TokenDesk {
  /** One that should be good; throws `unauthenticated` where there is none. */
  current(signal: AbortSignal): Promise<string>
  /** The newest that this process knows of. */
  latest(): string | undefined
  /** Another one, after the vendor refused this one; throws `unauthenticated` where there is no other. */
  renewed(refused: string, signal: AbortSignal): Promise<string>
  /** Changes the code of the owner's consent for tokens and keeps them. */
  exchange(code: string, redirectUri: string, signal: AbortSignal): Promise<void>
  /** Forgets the tokens: they are worth nothing any more. */
  forget(): Promise<void>
}

export interface TokenDeskParts {
  settings: AmocrmSettings
  line: Line
  state: CrmState
  clock: Clock
}

/** The tokens of one account: the long-lived one of the settings, or those of the owner's consent, which all processes share. */
export function openTokenDesk(parts: TokenDeskParts): TokenDesk {
  const { token } = parts.settings
  if (token !== undefined) {
    return {
      current: async () => token,
      latest: () => token,
      renewed: async () => {
        throw new AppError('unauthenticated', 'amoCRM refuses the token: put a new long-lived one into the settings.')
      },
      exchange: async () => {
        throw new AppError('invalid', 'The account is connected by a token: its owner is not asked for consent.')
      },
      forget: async () => {},
    }
  }
  return consentedTokens(parts)
}

const keptTokens = z.object({
  access: z.string(),
  refresh: z.string(),
  /** Milliseconds since 1970. */
  endsAt: z.number(),
  /** The vendor wants the same again at each renewal. */
  redirectUri: z.string(),
})
type KeptTokens = z.infer<typeof keptTokens>

const stateName = 'tokens'

function consentedTokens({ settings, line, state, clock }: TokenDeskParts): TokenDesk {
  let known: KeptTokens | undefined

  async function read(): Promise<KeptTokens> {
    const kept = await state.read(stateName)
    if (kept === undefined) {
      known = undefined
      throw new AppError('unauthenticated', 'The owner of the account has not given consent yet, or has withdrawn it.')
    }
    known = keptTokens.parse(JSON.parse(kept))
    return known
  }

  async function ask(grant: Record<string, string>, redirectUri: string, signal: AbortSignal): Promise<KeptTokens> {
    const { clientId, clientSecret } = settings
    const json = { client_id: clientId, client_secret: clientSecret, ...grant, redirect_uri: redirectUri }
    const answer = await line({ method: 'POST', path: '/oauth2/access_token', json }, signal)
    if (answer.status !== 200) throw refusedTokens(refusalOf(answer))
    const tokens = tokensPayload.safeParse(jsonOf(answer.body)).data
    if (!tokens)
      throw new AppError('unavailable', 'amoCRM answered with no tokens where it should have given new ones.')
    const kept: KeptTokens = {
      access: tokens.access_token,
      refresh: tokens.refresh_token,
      endsAt: clock.now().getTime() + tokens.expires_in * 1000,
      redirectUri,
    }
    // The old refresh token works no more: were this one lost, the owner would have to consent again.
    await state.write(stateName, JSON.stringify(kept))
    known = kept
    return kept
  }

  const good = ({ endsAt }: KeptTokens) => endsAt - clock.now().getTime() > marginMs

  /** A token works once for a renewal, so one process renews at a time, and looks first whether another one has done it. */
  const renew = (isGood: (tokens: KeptTokens) => boolean, signal: AbortSignal) =>
    state.exclusively(
      'token',
      async () => {
        const kept = await read()
        if (isGood(kept)) return kept.access
        const grant = { grant_type: 'refresh_token', refresh_token: kept.refresh }
        return (await ask(grant, kept.redirectUri, signal)).access
      },
      signal,
    )

  return {
    async current(signal) {
      const tokens = known ?? (await read())
      return good(tokens) ? tokens.access : renew(good, signal)
    },
    latest: () => known?.access,
    renewed: (refused, signal) => renew(({ access }) => access !== refused, signal),
    exchange: (code, redirectUri, signal) =>
      state.exclusively(
        'token',
        async () => {
          await ask({ grant_type: 'authorization_code', code }, redirectUri, signal)
        },
        signal,
      ),
    forget: () => {
      known = undefined
      return state.write(stateName, undefined)
    },
  }
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined
  }
}

/** Whatever the vendor has against the grant, only the owner can give another. */
function refusedTokens(error: AppError): AppError {
  if (error.retryable) return error
  const message = `amoCRM gives no tokens: the owner of the account has to consent again. ${error.message}`
  return new AppError('unauthenticated', message, { detail: error.detail ?? {} })
}
