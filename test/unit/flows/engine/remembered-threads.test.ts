import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { gatherBatch } from '../../../../src/flows/engine/batch.ts'
import { KnownThreads } from '../../../../src/flows/engine/known-threads.ts'
import { recallBatch } from '../../../../src/flows/engine/recall-batch.ts'
import { RememberedThreads } from '../../../../src/flows/engine/remembered-threads.ts'
import { textUpdate } from '../../../telegram-updates.ts'
import { asks, flow, leaveStage, openStage, type Stage, says } from './stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await openStage({
    flows: [
      flow(
        'Echo',
        [{ type: 'any_message', to: 'echo' }],
        { echo: { ...says('{{ contact.first_name }}: {{ message.text }}'), state: 'wait' } },
        ['echo > echo'],
      ),
    ],
  })
  // The first message of a person makes the contact, and only by the second it is known whose identity it is.
  await say('hello')
})
afterEach(() => stage.close())
afterAll(leaveStage)

async function say(text: string, person = 1): Promise<void> {
  await stage.say(person, text)
  await stage.rest()
}

/** What the bot answered after the first message. */
const answers = async () => (await stage.heard(1)).slice(1)

/** How many batches were worked on as their threads were remembered, and in how many that did not hold. */
async function recalled(): Promise<{ held: number; changed: number }> {
  const text = await (await fetch(`${stage.parley.address}/metrics`)).text()
  const count = (outcome: string) =>
    Number(new RegExp(`parley_batches_recalled_total\\{outcome="${outcome}"\\} (\\d+)`).exec(text)?.[1] ?? 0)
  return { held: count('held'), changed: count('changed') }
}

describe('a thread that is remembered', () => {
  it('is not read again while nobody changes it', async () => {
    for (const text of ['a', 'b', 'c']) await say(text)
    expect(await answers()).toEqual(['Person 1: a', 'Person 1: b', 'Person 1: c'])
    expect(await recalled()).toEqual({ held: 2, changed: 0 })
  })

  it.each([
    ['its contact', `update contacts set first_name = 'Anna', set_by_hand = '{firstName}'`, ['Anna: b', 'Anna: c'], 1],
    ['its conversation', `update conversations set mode = 'manual'`, [], 1],
    ['its run, which is ended', `update runs set status = 'ended', branches = '[]'`, ['Person 1: b', 'Person 1: c'], 1],
    ['whose it is', 'delete from identities', ['Person 1: b', 'Person 1: c'], 0],
  ])('is read again when somebody changes %s', async (_, change, expected, held) => {
    await say('a')
    await stage.db.query(change)
    await say('b')
    expect(await recalled()).toEqual({ held: 0, changed: 1 })
    await say('c')
    expect(await answers()).toEqual(['Person 1: a', ...expected])
    expect(await recalled()).toEqual({ held, changed: 1 })
  })

  it('is read again when something waits in it, which goes first', async () => {
    await say('a')
    await stage.db.query(
      `insert into events (project_id, channel_id, thread_id, external_id, kind, payload, status, received_at)
       select project_id, channel_id, thread_id, 'update:stored', kind,
              jsonb_set(jsonb_set(payload, '{message,text}', '"stored"'), '{message,externalId}', '"1:999"'), 'pending', received_at
         from events where payload #>> '{message,text}' = 'a'`,
    )
    await say('b')
    expect(await answers()).toEqual(['Person 1: a', 'Person 1: stored', 'Person 1: b'])
    expect(await recalled()).toEqual({ held: 0, changed: 1 })
  })

  it('takes a message that comes twice once, also one of long ago', async () => {
    const first = textUpdate(5000, 1, 'a')
    await stage.post(stage.parley.address, first)
    await stage.rest()
    for (let index = 0; index < 2; index++) {
      await stage.post(stage.parley.address, first)
      await stage.rest()
    }
    for (let index = 1; index <= 21; index++) await say(`later ${index}`)
    expect(await recalled()).toEqual({ held: 23, changed: 0 })
    await stage.post(stage.parley.address, first)
    await stage.rest()
    expect(await recalled()).toEqual({ held: 23, changed: 1 })
    const expected = ['a', ...Array.from({ length: 21 }, (_, index) => `later ${index + 1}`)]
    expect(await answers()).toEqual(expected.map((text) => `Person 1: ${text}`))
  })

  it('moves by what was published meanwhile, also when it has changed itself', async () => {
    await stage.close()
    const saying = (text: string) =>
      flow('Answer', [{ type: 'any_message', to: 'tell' }], { tell: says(`${text}: {{ message.text }}`) })
    stage = await openStage({ flows: [saying('old')] })
    for (const text of ['a', 'b', 'c']) await say(text)
    expect((await recalled()).held).toBe(1)
    await stage.publish(saying('new'))
    await stage.db.query('update contacts set updated_at = now()')
    await say('d')
    expect(await recalled()).toEqual({ held: 1, changed: 1 })
    expect((await answers()).at(-1)).toBe('new: d')
  })

  it('is noted as heard, also when it has changed', async () => {
    for (const text of ['a', 'b']) await say(text)
    await stage.db.query('update contacts set updated_at = now()')
    await stage.db.query('update channels set last_in_at = null')
    await stage.pass('2m')
    await say('c')
    expect((await recalled()).changed).toBe(1)
    expect(await stage.db.query('select 1 from channels where last_in_at is null')).toEqual([])
  })

  it('waits behind what another process wrote into its lane', async () => {
    await say('a')
    await stage.db.query(
      `insert into deliveries (id, project_id, queue, lane, kind, subject_id, payload, status, attempts, due_at, created_at)
       select id + 1, project_id, queue, lane, kind, subject_id, jsonb_set(payload, '{outbound,text}', '"from elsewhere"'), 'pending', 0,
              due_at, created_at from deliveries order by id desc limit 1`,
    )
    await say('b')
    expect(await answers()).toEqual(['Person 1: a', 'from elsewhere', 'Person 1: b'])
    expect(await recalled()).toEqual({ held: 0, changed: 1 })
  })

  it('keeps the unreachable conversation that its last delivery met', async () => {
    await say('a')
    stage.bot.inject({ kind: 'blocked' }, { chat: 1 })
    await say('b')
    const unreachable = () => stage.db.query('select 1 from conversations where unreachable is not null')
    expect(await unreachable()).toHaveLength(1)
    await say('c')
    expect(await unreachable()).toHaveLength(0)
    expect((await answers()).at(-1)).toBe('Person 1: c')
  })
})

describe('a thread whose run waits for an answer from outside', () => {
  it('goes on with it as it is remembered, through a block that writes at once too', async () => {
    const outside = createServer(
      (_, response) => void response.setHeader('content-type', 'application/json').end('{"car":"Lada"}'),
    )
    await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(outside.address() as AddressInfo).port}/`
    await stage.close()
    stage = await openStage({
      flows: [
        flow(
          'Look',
          [{ type: 'any_message', to: 'get' }],
          {
            get: { type: 'external-request', options: { url, mapping: [{ from: '$.car', to: 'run.car' }] } },
            label: { type: 'add-labels', options: { labels: ['asked'] } },
            ask: asks('{{ run.car }}?', 'wish'),
            tell: says('{{ run.wish }} {{ contact.labels | join: "," }}'),
          },
          ['get:ok > label', 'label > ask', 'ask > tell'],
        ),
      ],
    })
    try {
      for (const text of ['hi', 'yes', 'hi', 'no']) await say(text)
      expect(await stage.heard(1)).toEqual(['Lada?', 'yes asked', 'Lada?', 'no asked'])
      expect(await recalled()).toEqual({ held: 3, changed: 0 })
    } finally {
      outside.close()
    }
  })
})

describe('what is remembered', () => {
  it('of deliveries that are unfinished and not in hand is not passed over', () => {
    const memory = new RememberedThreads()
    memory.numbers = [{ next: 1, last: 1023 }]
    memory.keep({ ...thread(1, 1), open: [7, 8] })
    const batch = gatherBatch([{ kind: 'thread', threadId: 1 }], new Date())
    const found = recallBatch(batch, new KnownThreads(), memory, (id) => id === 8)
    expect(found?.threads[0]?.open).toEqual([8])
    // As it was remembered: the other one may come into hand.
    expect(memory.get(1)?.open).toEqual([7, 8])
  })

  const thread = (id: number, contactId: number) => ({
    row: {
      id,
      project_id: 1,
      channel_id: 1,
      external_id: `${id}`,
      version: '1',
      conversation: { row: { id, contact_id: contactId }, version: '1' },
      contact: { row: { id: contactId }, version: '1' },
    },
    runs: [],
    people: [],
    events: [],
    open: [],
  })

  it('is the last two thousand threads, of a contact the last one', () => {
    const memory = new RememberedThreads()
    for (let id = 1; id <= 2001; id++) memory.keep(thread(id, id))
    expect([memory.get(1), memory.get(2)?.row.id]).toEqual([undefined, 2])
    memory.keep(thread(3000, 2))
    expect([memory.get(2), memory.get(3000)?.row.id]).toEqual([undefined, 3000])
  })

  it('is not reckoned with while too much of it does not hold, and again when it does', () => {
    const memory = new RememberedThreads()
    for (let index = 0; index < 3; index++) memory.proved(false)
    expect(memory.isTrusted).toBe(false)
    for (let index = 0; index < 20; index++) memory.proved(true)
    expect(memory.isTrusted).toBe(true)
  })
})
