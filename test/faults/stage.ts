import type { FlowInput } from '../../src/flows/flow.ts'
import { type BotApi, startBotApi } from '../doubles/bot-api/bot-api.ts'
import { seed } from '../parley.ts'
import { textUpdate } from '../telegram-updates.ts'
import type { Place } from './place.ts'
import { freePort, type Program, startProgram } from './program.ts'

export const token = '100200300:abcdefghijklmnopqrstuvwxyzABCDEFGHI'
const secret = 'hook-secret'

/** A program with one bot, its vendor, and a database that both outlive. */
export interface Stage {
  place: Place
  bot: BotApi
  /** Where the vendor reaches the channel; the same after every restart. */
  hook: string
  hookId: string
  /** Starts the program, again at the same address unless told otherwise. */
  start(env?: Record<string, string>): Promise<Program>
  /** A text on its way to the bot, as often as it takes; resolves when it is acknowledged. */
  say(person: number, text: string): Promise<void>
  close(): Promise<void>
}

export interface StageOptions {
  flows?: FlowInput[]
  mode?: 'webhook' | 'polling'
  /** The most that a crash may double. */
  sendsInFlight?: number
  /** Milliseconds that the vendor takes for a message. */
  vendorMs?: number
  pacing?: Record<string, number>
}

/** A loop, so that each message but the first moves a run that waits for it. */
export const echo: FlowInput = {
  name: 'Echo',
  triggers: [{ type: 'any_message', to: 'echo' }],
  blocks: [{ id: 'echo', number: 1, type: 'message', state: 'wait', options: { text: '{{ message.text }}' } }],
  arrows: [{ from: 'echo', to: 'echo' }],
}

export async function setStage(place: Place, options: StageOptions = {}): Promise<Stage> {
  const { mode = 'webhook', vendorMs = 0, sendsInFlight = 4 } = options
  const bot = await startBotApi({ retryDelayMs: 20 })
  if (vendorMs > 0)
    bot.inject({ kind: 'slow', ms: vendorMs }, { method: 'sendMessage', times: Number.MAX_SAFE_INTEGER })
  const port = await freePort()
  const settings = {
    token,
    apiRoot: bot.url,
    mode,
    webhookSecret: secret,
    pacing: options.pacing ?? { messagesPerSecond: 100_000, perChatPerSecond: 10_000 },
  }
  const { channels } = await place.look((db) =>
    seed(db, { channels: [{ kind: 'telegram', name: 'bot', settings }], flows: options.flows ?? [echo] }),
  )
  const { hookId } = channels[0]!
  const hook = `http://127.0.0.1:${port}/hooks/${hookId}`
  const { updates } = bot.account(token)
  if (mode === 'webhook') updates.setWebhook({ url: hook, secret_token: secret })
  const programs: Program[] = []
  let updateId = 0
  return {
    place,
    bot,
    hook,
    hookId,
    start: async (env) => {
      const program = await startProgram(place, {
        PORT: String(port),
        SENDS_IN_FLIGHT: String(sendsInFlight),
        ...env,
      })
      programs.push(program)
      return program
    },
    say: (person, text) => bot.push(token, textUpdate(++updateId, person, text)),
    close: async () => {
      await Promise.all(programs.map((program) => program.kill()))
      await bot.close()
      await place.remove()
    },
  }
}

/** The header by which the vendor shows that it is itself. */
export const vendorHeaders = { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret }
