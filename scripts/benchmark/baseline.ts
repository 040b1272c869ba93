import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { Bot } from 'grammy'
import type { Update } from 'grammy/types'
import { Hono } from 'hono'
import { hookSecret, token } from './load.ts'
import type { SubjectInput } from './subject.ts'

/** What a baseline does before the webhook is answered and after the reply was sent. */
export interface Keeping {
  begin(update: Update): Promise<void>
  end(update: Update): Promise<void>
  stop(): Promise<void>
}

/** The same work as the flow, written by hand: acknowledge, ask the external system when the scenario says so, reply. */
export async function startBaseline(
  input: SubjectInput,
  keeping: Keeping,
): Promise<{ hook: string; stop(): Promise<void> }> {
  const bot = new Bot(token, { client: { apiRoot: input.apiRoot } })
  await bot.init()
  bot.on('message:text', async (ctx) => {
    if (input.scenario === 'echo') {
      await ctx.reply(`You said: ${ctx.message.text}`)
      return
    }
    const response = await fetch(`${input.externalUrl}/cars?text=${encodeURIComponent(ctx.message.text)}`)
    const { car } = (await response.json()) as { car: { model: string; price: number } }
    await ctx.reply(`You said: ${ctx.message.text}. We have ${car.model} for ${car.price}`)
  })
  const seen = new Set<number>()
  const app = new Hono()
  app.post('/hook', async (c) => {
    if (c.req.header('x-telegram-bot-api-secret-token') !== hookSecret) return c.body(null, 401)
    const update = await c.req.json<Update>()
    await keeping.begin(update)
    if (!seen.has(update.update_id)) {
      seen.add(update.update_id)
      void bot.handleUpdate(update).then(() => keeping.end(update))
    }
    return c.body(null, 200)
  })
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
  await new Promise<void>((resolve) => server.once('listening', () => resolve()))
  return {
    hook: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    stop: async () => {
      server.close()
      await keeping.stop()
    },
  }
}
