import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { openPostgres } from '../../../src/platform/database/postgres.ts'
import { startTestParley } from '../../parley.ts'
import { textUpdate } from '../../telegram-updates.ts'
import { flow, leaveStage, openStage, type Stage, says } from '../../unit/flows/engine/stage.ts'

let stage: Stage
afterEach(() => stage.close())
afterAll(leaveStage)

const echo = flow('Echo', [{ type: 'any_message', to: 'echo' }], { echo: says('{{ message.text }}') })

describe('two processes over one database', () => {
  it('keep the order of each conversation, and double nothing', async () => {
    stage = await openStage({ flows: [echo] })
    const db = openPostgres(stage.url!)
    const other = await startTestParley(db, { clock: stage.clock })
    try {
      const people = Array.from({ length: 30 }, (_, index) => 100 + index)
      let update = 0
      for (let round = 0; round < 6; round++) {
        await Promise.all(
          people.map(async (person, index) => {
            const body = textUpdate(++update, person, `m${round}`)
            const at = (index + round) % 2 === 0 ? stage.parley.address : other.address
            expect(await stage.post(at, body)).toBe(200)
            // Some come twice, to the other process.
            if (index % 3 === 0)
              expect(await stage.post(at === other.address ? stage.parley.address : other.address, body)).toBe(200)
          }),
        )
      }
      await vi.waitFor(
        () => {
          for (const person of people)
            expect(stage.bot.sent(person).map(({ text }) => text)).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', 'm5'])
        },
        { timeout: 15_000 },
      )
      await stage.rest()
      expect(await stage.db.query(`select count(*)::int as n from messages where direction = 'inbound'`)).toEqual([
        { n: 180 },
      ])
    } finally {
      await other.dispose()
      await db.close()
    }
  })

  it('that take a conversation in turn answer each message once, and soon stop reckoning with what they remember', async () => {
    const talks = flow(
      'Talk',
      [{ type: 'any_message', to: 'echo' }],
      { echo: { ...says('{{ message.text }}'), state: 'wait' } },
      ['echo > echo'],
    )
    stage = await openStage({ flows: [talks] })
    const db = openPostgres(stage.url!)
    const other = await startTestParley(db, { clock: stage.clock })
    const addresses = [stage.parley.address, other.address]
    try {
      for (let index = 0; index < 40; index++) {
        expect(await stage.post(addresses[index % 2]!, textUpdate(index + 1, 1, `m${index}`))).toBe(200)
      }
      expect(await stage.heard(1)).toEqual(Array.from({ length: 40 }, (_, index) => `m${index}`))
      const numbers = await stage.db.query<{ id: number }>(
        `select id from messages where direction = 'inbound' order by (substring(text from 2))::int`,
      )
      expect(numbers).toEqual(numbers.toSorted((one, another) => one.id - another.id))
      for (const address of addresses) {
        const metrics = await (await fetch(`${address}/metrics`)).text()
        const changed = /parley_batches_recalled_total\{outcome="changed"\} (\d+)/.exec(metrics)?.[1]
        expect(Number(changed)).toBeLessThan(8)
      }
    } finally {
      await other.dispose()
      await db.close()
    }
  })

  it('leave a call to the process that began it, also when that only receives', async () => {
    const held: ServerResponse[] = []
    const outside = createServer((_, response) => void held.push(response))
    await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(outside.address() as AddressInfo).port}/`
    stage = await openStage({
      flows: [
        flow(
          'Look',
          [{ type: 'any_message', to: 'get' }],
          { get: { type: 'external-request', options: { url } }, tell: says('Done') },
          ['get:ok > tell'],
        ),
      ],
    })
    const db = openPostgres(stage.url!)
    const gateway = await startTestParley(db, { clock: stage.clock, env: { PARLEY_ROLE: 'gateway' } })
    try {
      expect(await stage.post(gateway.address, textUpdate(5000, 1, 'hi'))).toBe(200)
      await vi.waitFor(() => expect(held).toHaveLength(1))
      await stage.parley.sweep()
      await stage.say(2, 'hi')
      await vi.waitFor(() => expect(held).toHaveLength(2))
      for (const response of held) response.end('{}')
      expect(await stage.heard(1)).toEqual(['Done'])
      expect(await stage.heard(2)).toEqual(['Done'])
      expect(held).toHaveLength(2)
    } finally {
      await gateway.dispose()
      await db.close()
      outside.closeAllConnections()
      outside.close()
    }
  })
})
