import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { ChannelContext } from '../../../src/conversations/channel.ts'
import { AppError } from '../../../src/platform/errors.ts'

/** An application that may read and send mail in somebody's name. */
export interface Grant {
  clientId: string
  clientSecret: string | undefined
  refreshToken: string
  tokenUrl: string
}

/** A token is renewed so long before its end. */
const marginMs = 60_000

const keptSchema = z.object({
  /** Of the refresh token in the settings that all this came from: another one there starts anew. */
  from: z.string(),
  accessToken: z.string(),
  expiresAt: z.number(),
  refreshToken: z.string(),
})
type Kept = z.infer<typeof keptSchema>

const answerSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().default(3600),
  refresh_token: z.string().min(1).optional(),
})

/**
 * Gives access tokens other than the one that was refused, kept in the channel's state between processes and renewed by the refresh token (RFC 6749, section 6). Where
 * the server gives a new refresh token along, that is kept before the access token is used: the old one may not work again.
 */
export function tokenKeeper(
  context: Pick<ChannelContext, 'state' | 'http' | 'clock'>,
  grant: Grant,
): (refused?: string) => Promise<string> {
  const from = createHash('sha256').update(`${grant.clientId} ${grant.refreshToken}`).digest('hex')
  let renewing: Promise<Kept> | undefined

  async function kept(): Promise<Kept | undefined> {
    const text = await context.state.read('oauth')
    const read = text === undefined ? undefined : keptSchema.safeParse(JSON.parse(text)).data
    return read?.from === from ? read : undefined
  }

  async function renew(refreshToken: string): Promise<Kept> {
    const answer = await askForToken(context, { ...grant, refreshToken })
    const fresh: Kept = {
      from,
      accessToken: answer.access_token,
      expiresAt: context.clock.now().getTime() + answer.expires_in * 1000,
      refreshToken: answer.refresh_token ?? refreshToken,
    }
    await context.state.write('oauth', JSON.stringify(fresh))
    return fresh
  }

  /** Another process may have renewed meanwhile, and used our refresh token up. */
  async function renewOrLearn(old: Kept | undefined): Promise<Kept> {
    try {
      return await renew(old?.refreshToken ?? grant.refreshToken)
    } catch (error) {
      const now = await kept()
      if (now && now.accessToken !== old?.accessToken) return now
      throw error
    }
  }

  return async (refused) => {
    const old = await kept()
    const lasts = old !== undefined && old.expiresAt - marginMs > context.clock.now().getTime()
    if (old && lasts && old.accessToken !== refused) return old.accessToken
    renewing ??= renewOrLearn(old).finally(() => {
      renewing = undefined
    })
    return (await renewing).accessToken
  }
}

async function askForToken({ http }: Pick<ChannelContext, 'http'>, grant: Grant) {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: grant.clientId,
    refresh_token: grant.refreshToken,
    ...(grant.clientSecret !== undefined && { client_secret: grant.clientSecret }),
  })
  const response = await http.request({
    method: 'POST',
    url: grant.tokenUrl,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: form.toString(),
  })
  const host = new URL(grant.tokenUrl).host
  const body = readJson(response.body)
  const answer = answerSchema.safeParse(body)
  if (response.status === 200 && answer.success) return answer.data
  const { error, error_description: why } = z
    .object({ error: z.string().optional(), error_description: z.string().optional() })
    .catch({})
    .parse(body)
  if (response.status >= 500 || response.status === 429) {
    throw new AppError('unavailable', `${host} gave no access token: it answered ${response.status}.`)
  }
  throw new AppError(
    'unauthenticated',
    `${host} gave no access token: ${[error ?? response.status, why].filter(Boolean).join(', ')}. If the consent was taken back or has run out, give it again and put the new refresh token into the channel's settings.`,
  )
}

function readJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString())
  } catch {
    return undefined
  }
}
