import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pool } from 'undici'
import { type BotApi, startBotApi } from '../../test/doubles/bot-api/bot-api.ts'
import { textUpdate } from '../../test/telegram-updates.ts'

/** The vendor's side of a measurement: it posts updates, answers calls, and knows when each reply arrived. */
export interface Vendor {
  bot: BotApi
  /** The external system that flows ask: answers JSON at once. */
  externalUrl: string
  /** Posts updates to `hook` with so many in flight for so long; each counts when its reply has arrived and it was acknowledged. */
  flood(hook: string, inFlight: number, ms: number): Promise<{ perSecond: number }>
  /** Posts so many updates a second and gives the times from the post to the arrival of the reply, in milliseconds. */
  pace(hook: string, perSecond: number, ms: number): Promise<{ median: number; p95: number }>
  /** Posts so many updates, at most so many in flight. */
  count(hook: string, inFlight: number, total: number): Promise<void>
  close(): Promise<void>
}

export const token = '100200300:abcdefghijklmnopqrstuvwxyzABCDEFGHI'
export const hookSecret = 'benchmark-secret'
export const users = 500
/** One update in so many is posted twice. */
const duplicateEvery = 10
const firstUser = 10_000

export async function startVendor(): Promise<Vendor> {
  const replies = new Map<number, () => void>()
  const bot = await startBotApi({
    record: false,
    onCall: ({ method, params }) => {
      if (method !== 'sendMessage') return
      const chat = Number(params.chat_id)
      const resolve = replies.get(chat)
      replies.delete(chat)
      resolve?.()
    },
  })
  const external = await startExternal()
  let nextUpdate = 1
  const pools = new Map<string, Pool>()

  const post = async (hook: string, update: object): Promise<void> => {
    const url = new URL(hook)
    let pool = pools.get(url.origin)
    if (!pool) {
      pool = new Pool(url.origin, { connections: 100, pipelining: 1 })
      pools.set(url.origin, pool)
    }
    const response = await pool.request({
      path: url.pathname,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': hookSecret },
      body: JSON.stringify(update),
    })
    await response.body.dump()
    if (response.statusCode !== 200) throw new Error(`The hook answered ${response.statusCode}.`)
  }
  const talk = async (hook: string, user: number): Promise<void> => {
    const id = nextUpdate++
    const update = textUpdate(id, user, `message ${id}`)
    const replied = new Promise<void>((resolve) => replies.set(user, resolve))
    const posted = post(hook, update)
    if (id % duplicateEvery === 0) void posted.then(() => post(hook, update)).catch(() => undefined)
    await Promise.all([replied, posted])
  }

  return {
    bot,
    externalUrl: `http://127.0.0.1:${(external.address() as AddressInfo).port}`,
    async flood(hook, inFlight, ms) {
      const end = performance.now() + ms
      let done = 0
      const slot = async (index: number): Promise<void> => {
        for (let user = index; performance.now() < end; user = (user + inFlight) % (users - (users % inFlight))) {
          await talk(hook, firstUser + user)
          if (performance.now() < end) done++
        }
      }
      await Promise.all(Array.from({ length: inFlight }, (_, index) => slot(index)))
      return { perSecond: (done / ms) * 1000 }
    },
    async pace(hook, perSecond, ms) {
      const times: number[] = []
      const underWay: Promise<void>[] = []
      const count = Math.round((perSecond * ms) / 1000)
      const begin = performance.now()
      for (let index = 0; index < count; index++) {
        const at = begin + (index * 1000) / perSecond
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, at - performance.now())))
        const start = performance.now()
        underWay.push(talk(hook, firstUser + (index % users)).then(() => void times.push(performance.now() - start)))
      }
      await Promise.all(underWay)
      times.sort((one, other) => one - other)
      return { median: times[Math.floor(times.length / 2)]!, p95: times[Math.floor(times.length * 0.95)]! }
    },
    async count(hook, inFlight, total) {
      let left = total
      const slot = async (index: number): Promise<void> => {
        for (let user = index; left > 0; user = (user + inFlight) % (users - (users % inFlight))) {
          left--
          await talk(hook, firstUser + user)
        }
      }
      await Promise.all(Array.from({ length: inFlight }, (_, index) => slot(index)))
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()))
      await bot.close()
      external.closeAllConnections()
      external.close()
    },
  }
}

async function startExternal(): Promise<Server> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end('{"car":{"model":"Largus","price":1450000}}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}
