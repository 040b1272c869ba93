import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { updateDeal } from '../../../../src/crm/update-deal.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import type { LedgerFault } from '../../../doubles/ledger/ledger.ts'
import { type Stage, setStage } from './stage.ts'

let fresh: FreshDatabase
let stage: Stage

beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())
beforeEach(async () => {
  await fresh.clear()
  stage = await setStage(fresh.db)
})
afterEach(async () => {
  await stage.stop()
  expect(stage.ledger.account.refused).toEqual([])
  expect(stage.ledger.account.duplicates()).toEqual([])
})

const all = (entity: 'contact' | 'deal' | 'note' | 'task') => stage.ledger.account.all(entity)
const person = (i: number) =>
  stage.contact({ fields: { firstName: `Person ${i}`, phone: `+7916123${1000 + i}`, email: `p${i}@example.com` } })
/** Lets time pass until nothing waits any more. */
const outlast = async (most = 60) => {
  for (let i = 0; i < most; i++) {
    await stage.settle()
    if ((await stage.pushes()).every(({ finishedAt }) => finishedAt)) return
    stage.clock.advance(30_000)
  }
}

describe('a write whose answer was lost', () => {
  test('is not made again when it was done', async () => {
    stage.ledger.account.abilities.search = false
    await stage.deal(await person(1))
    stage.ledger.writeFaults = [{ kind: 'after' }]
    await stage.work()
    expect(all('deal')).toHaveLength(1)
    expect(await stage.pushes()).toMatchObject([{ status: 'working', startedBy: null, doubtful: true, attempts: 1 }])
    await outlast()
    expect(all('contact')).toHaveLength(1)
    expect(all('deal')).toHaveLength(1)
    const [push] = await stage.pushes()
    expect(push).toMatchObject({ entity: 'deal', status: 'done', doubtful: false })
    // What came by the hook meanwhile was not taken for a deal of theirs.
    expect(await stage.db.query('select id from deals')).toHaveLength(1)
  })

  test('is made when it was not done', async () => {
    await stage.deal(await person(1))
    stage.ledger.writeFaults = [{ kind: 'before' }, { kind: 'before', code: 'unavailable' }]
    await outlast()
    expect(all('deal')).toHaveLength(1)
  })

  test('is not made again either when the vendor does it only after we gave it up', async () => {
    await stage.deal(await person(1))
    stage.ledger.writeFaults = [{ kind: 'before' }]
    await stage.work()
    stage.clock.advance(5000)
    await stage.work()
    const [[entity, writes]] = stage.asked as [Stage['asked'][number]]
    for (const write of writes) stage.ledger.account.write(entity, write)
    await outlast()
    expect(all('deal')).toHaveLength(1)
    expect(all('contact')).toHaveLength(1)
  })

  test('is looked for only when the search of the vendor can find it, whoever looks', async () => {
    stage.ledger.account.abilities.settleMs = 60_000
    await stage.deal(await person(1))
    stage.ledger.writeFaults = [{ kind: 'before' }]
    await stage.work()
    const looks = () => stage.ledger.count('findMarked')
    stage.clock.advance(59_000)
    await stage.work()
    expect(looks()).toBe(0)
    await stage.db.query(`update crm_pushes set started_by = 'a dead process'`)
    await stage.takeOver()
    stage.clock.advance(70_000)
    await stage.work()
    expect(looks()).toBe(0)
    await outlast()
    expect(looks()).toBeGreaterThan(0)
    expect(all('deal')).toHaveLength(1)
  })

  test('holds back other deals of the same new contact, so that nobody is made twice', async () => {
    const contactId = await person(1)
    await stage.deal(contactId)
    stage.ledger.writeFaults = [{ kind: 'after' }]
    await stage.work()
    await stage.deal(contactId)
    stage.clock.advance(1500)
    await stage.work()
    expect(all('deal')).toHaveLength(1)
    await outlast()
    expect(all('deal')).toHaveLength(2)
    expect(all('contact')).toHaveLength(1)
  })

  test('of a note or task of a block is not repeated either', async () => {
    const dealId = await stage.deal(await person(1))
    const task = { text: 'Call', dueAt: '2026-11-05T10:00:00Z' }
    stage.ledger.writeFaults = [undefined, { kind: 'after' }, { kind: 'after' }]
    await stage.ask('deal', dealId, 'run:1', { note: 'Hello', task })
    await outlast()
    expect(all('deal')).toHaveLength(1)
    expect(all('note')).toHaveLength(1)
    expect(all('task')).toHaveLength(1)
    expect(await stage.db.query('select id from notes')).toEqual([])
  })
})

test('whatever fails, and whoever dies, everything arrives exactly once', async () => {
  const random = mulberry(7)
  const faults = (): LedgerFault | undefined => {
    const draw = random()
    if (draw < 0.15) return { kind: 'after' }
    if (draw < 0.25) return { kind: 'before' }
    if (draw < 0.3) return { kind: 'before', code: 'unavailable' }
    return draw < 0.33 ? { kind: 'rate_limited', retryAfterMs: 5000 } : undefined
  }
  stage.ledger.account.abilities.batch = 7
  stage.ledger.writeFaults = Array.from({ length: 40 }, faults)
  for (let i = 0; i < 20; i++) {
    const contactId = await person(i)
    await stage.deal(contactId, { name: `Deal ${i}`, budget: i })
    if (i % 4 === 0) await stage.deal(contactId, { name: `Second ${i}` })
  }
  for (let i = 0; i < 60; i++) {
    await stage.listen()
    await stage.work()
    if (i % 5 === 2) await stage.takeOver()
    if ((await stage.pushes()).every(({ finishedAt }) => finishedAt)) break
    stage.clock.advance(20_000)
  }
  await outlast()
  expect(all('contact')).toHaveLength(20)
  expect(all('deal')).toHaveLength(25)
  expect(new Set(all('deal').map(({ kept }) => kept.name)).size).toBe(25)
  expect((await stage.pushes()).filter(({ status }) => status !== 'done')).toEqual([])
  expect(await stage.db.query('select id from deals')).toHaveLength(25)
  expect(await stage.db.query('select id from contacts')).toHaveLength(20)
})

test('a worker that dies between the answer and its note leaves nothing to be made twice', async () => {
  await stage.deal(await person(1))
  await stage.settle()
  // As if it had died before it could note what the vendor had answered.
  await stage.db.query('delete from crm_links')
  await stage.db.query(
    `update crm_pushes set status = 'working', started_by = 'a dead process', finished_at = null, result = null`,
  )
  await stage.takeOver()
  await outlast()
  expect(all('deal')).toHaveLength(1)
  expect(all('contact')).toHaveLength(1)
  expect(await stage.links()).toHaveLength(2)
  expect(await stage.pushes()).toMatchObject([{ status: 'done' }])
})

test('a process that lost its lease writes nothing further and notes nothing', async () => {
  const contactId = await person(1)
  await stage.deal(contactId)
  stage.ledger.account.abilities.dealsWithContacts = false
  // While the contact is written, another process takes the lease.
  stage.afterWrite = () => stage.db.query(`update crm_pushes set started_by = 'another process'`)
  await stage.work()
  stage.afterWrite = undefined
  expect(all('deal')).toEqual([])
  expect(await stage.links()).toEqual([])
  await stage.takeOver()
  await outlast()
  expect(all('contact')).toHaveLength(1)
  expect(all('deal')).toHaveLength(1)
})

describe('what the vendor refuses', () => {
  test('is dead with its reason, and the others of its batch are done', async () => {
    stage.ledger.account.refuse = (entity, write) =>
      entity === 'deal' && write.values.name === 'Deal 3' ? 'Deals of that name are not welcome.' : undefined
    for (let i = 0; i < 6; i++) await stage.deal(await person(i), { name: `Deal ${i}` })
    await stage.settle()
    expect(all('deal')).toHaveLength(5)
    const pushes = await stage.pushes()
    expect(pushes.filter(({ status }) => status === 'done')).toHaveLength(5)
    expect(pushes.filter(({ status }) => status === 'dead')).toMatchObject([
      { error: 'Deals of that name are not welcome.', errorCode: 'invalid', attempts: 1 },
    ])
  })

  test('as a whole is taken apart until the culprit stands alone', async () => {
    const refused: LedgerFault = { kind: 'refused', code: 'invalid' }
    // All six, then the second half of them, then its first two, then the fourth alone.
    stage.ledger.writeFaults = [refused, undefined, refused, refused, refused]
    for (let i = 0; i < 6; i++) await stage.deal(await person(i), { name: `Deal ${i}` })
    await stage.settle()
    expect(all('deal').map(({ kept }) => kept.name)).toEqual(['Deal 0', 'Deal 1', 'Deal 2', 'Deal 4', 'Deal 5'])
    expect((await stage.pushes()).map(({ status }) => status)).toEqual(['done', 'done', 'done', 'dead', 'done', 'done'])
  })
})

test('a vendor that wants rest is not asked before it is over, and attempts are not counted', async () => {
  await stage.deal(await person(1))
  stage.ledger.writeFaults = [{ kind: 'rate_limited', retryAfterMs: 90_000 }]
  await stage.work()
  const asked = stage.ledger.calls.length
  expect((await stage.integration()).condition).toMatchObject({ state: 'paused' })
  stage.clock.advance(60_000)
  await stage.work()
  expect(stage.ledger.calls).toHaveLength(asked)
  stage.clock.advance(31_000)
  await stage.settle()
  expect(all('deal')).toHaveLength(1)
  expect(await stage.pushes()).toMatchObject([{ status: 'done', attempts: 1 }])
  expect((await stage.integration()).condition).toMatchObject({ state: 'working' })
})

test('an account that lets us in no more is left alone until it is connected again; what waits stays', async () => {
  await stage.deal(await person(1))
  stage.ledger.writeFaults = [{ kind: 'refused', code: 'unauthenticated' }]
  await stage.work()
  expect((await stage.integration()).condition).toMatchObject({ state: 'stopped' })
  const asked = stage.ledger.calls.length
  stage.clock.advance(3_600_000)
  await stage.work()
  expect(stage.ledger.calls).toHaveLength(asked)
  await stage.update({ condition: { state: 'working' } })
  await stage.settle()
  expect(all('deal')).toHaveLength(1)
})

test('what is asked for later of the same deal waits until what was asked for first is over', async () => {
  await stage.update({ sends: 'by_flow' })
  const dealId = await stage.deal(await person(1))
  stage.ledger.writeFaults = [{ kind: 'before' }]
  await stage.ask('deal', dealId, 'run:1', { values: { stage: 'sales/talks' } })
  await stage.work()
  await stage.ask('deal', dealId, 'run:2', { values: { stage: 'sales/won' } })
  stage.clock.advance(1200)
  await stage.work()
  expect(all('deal')).toEqual([])
  await outlast()
  expect(all('deal')).toMatchObject([{ kept: { stage: 'sales/won' } }])
})

test('a vendor that is away for long is asked once a minute at most, and gets everything once it is back', async () => {
  const dealId = await stage.deal(await person(1))
  await stage.settle()
  const asked = stage.ledger.calls.length
  stage.ledger.faults = Array.from({ length: 1000 }, () => ({ kind: 'before' as const, code: 'unavailable' as const }))
  await stage.do((tx, context) => updateDeal(tx, context, { dealId, budget: 5 }))
  for (let i = 0; i < 240; i++) {
    await stage.work()
    stage.clock.advance(10_000)
  }
  expect(stage.ledger.calls.length - asked).toBeLessThan(50)
  stage.ledger.faults = []
  await outlast()
  expect(all('deal')).toMatchObject([{ kept: { budget: 5 } }])
})

/** The same draws each time (https://github.com/cprosche/mulberry32, public domain). */
function mulberry(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
