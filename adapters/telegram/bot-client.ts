import { Api, type ApiClientOptions } from 'grammy'
import type { BotIdentity } from './bot-identity.ts'
import { keepAliveFetch } from './keep-alive-fetch.ts'
import { vendorError } from './vendor-error.ts'

/** Seconds that a call may take; long polls add their own time. */
const callTimeout = 30

/** Calls of one bot. */
export interface BotClient {
  token: string
  api: Api
  /** How calls are made, for further clients of the same bot. */
  options: ApiClientOptions
  bot: BotIdentity
  /** Makes a call and turns whatever goes wrong into an AppError or SendError that tells no secret. */
  call<T>(what: (api: Api) => Promise<T>): Promise<T>
  /** Asks who the bot is, once; a failure is forgotten and asked again. */
  learn(): Promise<BotIdentity>
  close(): void
}

/** Opens the calls of a bot. No request is made yet. */
export function openBotClient({ token, apiRoot }: { token: string; apiRoot: string }): BotClient {
  const root = apiRoot.replace(/\/+$/, '')
  const { fetch, close } = keepAliveFetch(root)
  const options: ApiClientOptions = { apiRoot: root, timeoutSeconds: callTimeout, fetch }
  const api = new Api(token, options)
  const bot: BotIdentity = { id: Number(token.split(':')[0]), username: undefined }
  let learning: Promise<BotIdentity> | undefined
  const client: BotClient = {
    token,
    api,
    options,
    bot,
    call: async (what) => {
      try {
        return await what(api)
      } catch (error) {
        throw vendorError(error, token)
      }
    },
    learn: () => {
      learning ??= client
        .call((calls) => calls.getMe())
        .then((me) => Object.assign(bot, { id: me.id, username: me.username }))
        .catch((error: unknown) => {
          learning = undefined
          throw error
        })
      return learning
    },
    close,
  }
  return client
}
