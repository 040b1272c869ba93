import type { ChannelContext } from '../../../src/conversations/channel.ts'
import { AppError } from '../../../src/platform/errors.ts'
import type { EmailSettings } from '../settings.ts'
import { tokenKeeper } from './tokens.ts'

/** What a server is shown besides the user's name. */
export type Secret = { password: string } | { accessToken: string }

/** How the channel signs in. */
export interface Credentials {
  /** The secret for now, another one than what was `refused`. Throws `unauthenticated` where none can be had. */
  secret(refused?: Secret): Promise<Secret>
  /** Whether a secret that was refused may be followed by a better one. */
  renewable: boolean
}

/** Reads from the settings how to sign in. Throws `invalid` when they do not say it in full. */
export function credentialsOf(context: ChannelContext<EmailSettings>): Credentials {
  const { password, clientId, clientSecret, refreshToken, tokenUrl } = context.channel.settings
  if (password !== undefined) return { renewable: false, secret: async () => ({ password }) }
  if (clientId === undefined || refreshToken === undefined || tokenUrl === undefined) {
    throw new AppError(
      'invalid',
      'The settings do not say how to sign in: expected "password", or "clientId", "clientSecret", "refreshToken" and "tokenUrl".',
    )
  }
  const token = tokenKeeper(context, { clientId, clientSecret, refreshToken, tokenUrl })
  return {
    renewable: true,
    secret: async (refused) => ({
      accessToken: await token(refused && 'accessToken' in refused ? refused.accessToken : undefined),
    }),
  }
}
