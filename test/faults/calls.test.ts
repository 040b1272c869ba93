import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { FlowInput } from '../../src/flows/flow.ts'
import { freshPlace } from './fresh-place.ts'
import { type Stage, setStage } from './stage.ts'
import { leftOver } from './tally.ts'

let stage: Stage
let outside: Server
/** How often the outside was asked for each person. */
let asked: Map<string, number>
/** Whether it answers; what it does not answer hangs until its caller is gone. */
let answers: boolean

beforeEach(async () => {
  asked = new Map()
  answers = false
  outside = createServer((request, response) => {
    const who = new URL(request.url!, 'http://outside').searchParams.get('who')!
    asked.set(who, (asked.get(who) ?? 0) + 1)
    if (answers) response.writeHead(200, { 'content-type': 'application/json' }).end('{"car":"Largus"}')
  })
  await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  await stage.close()
  outside.closeAllConnections()
  outside.close()
})

function asking(url: string): FlowInput {
  return {
    name: 'Asks outside',
    triggers: [{ type: 'any_message', to: 'ask' }],
    blocks: [
      {
        id: 'ask',
        number: 1,
        type: 'external-request',
        options: {
          method: 'GET',
          url,
          query: { who: '{{ message.text }}' },
          mapping: [{ from: '$.car', to: 'run.car' }],
        },
      },
      { id: 'tell', number: 2, type: 'message', options: { text: 'We have {{ run.car }}' } },
    ],
    arrows: [{ from: 'ask', output: 'ok', to: 'tell' }],
  }
}

it('makes a call again whose process was killed before the answer came, and the run goes on', async () => {
  const url = `http://127.0.0.1:${(outside.address() as AddressInfo).port}/cars`
  stage = await setStage(await freshPlace(), { flows: [asking(url)] })
  const { bot, place, say, start } = stage
  const people = [1000, 1001, 1002]
  const first = await start()
  await Promise.all(people.map((person) => say(person, `who${person}`)))
  await vi.waitFor(() => expect([...asked.values()]).toEqual([1, 1, 1]))
  await first.kill()

  answers = true
  const second = await start()
  await vi.waitFor(
    () => {
      for (const person of people) expect(bot.sent(person).map(({ text }) => text)).toEqual(['We have Largus'])
    },
    { timeout: 20_000 },
  )
  expect([...asked.values()]).toEqual([2, 2, 2])
  second.child.kill('SIGTERM')
  expect(await second.ended).toBe(0)
  expect(await leftOver(place)).toEqual({ deliveries: 0, events: 0, unsent: 0, runs: 0 })
}, 120_000)
