import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { assignConversation } from '../../../src/conversations/assign-conversation.ts'
import { distribute } from '../../../src/crm/distribution/distribute.ts'
import { giveOutWaiting } from '../../../src/crm/distribution/give-out-waiting.ts'
import { takeOutOperator } from '../../../src/crm/distribution/take-out-operator.ts'
import { VirtualClock } from '../../../src/platform/clock.ts'
import type { Database } from '../../../src/platform/database/database.ts'
import { openPostgres } from '../../../src/platform/database/postgres.ts'
import { createLog } from '../../../src/platform/log.ts'
import { setShift } from '../../../src/team/set-shift.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { type Desk, noon, openDesk } from '../../unit/crm/distribution/desk.ts'

let fresh: FreshDatabase
let other: Database
let desk: Desk
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  other = openPostgres(fresh.url!)
  desk = await openDesk(fresh.db)
})
afterEach(() => other.close())
afterAll(() => fresh.drop())

/** Gives out so many new conversations at once, half of them through each of two processes. */
async function giveAtOnce(count: number): Promise<void> {
  const clients = []
  for (let index = 0; index < count; index++) clients.push(await desk.conversation())
  await Promise.all(
    clients.map((client, index) =>
      (index % 2 === 0 ? fresh.db : other).transaction((tx) => distribute(tx, desk.work, client)),
    ),
  )
}

/** How many conversations each operator has, by name. */
async function counts(): Promise<Record<string, number>> {
  const rows = await fresh.db.query<{ name: string; count: number }>(
    `select o.name, count(*)::int as count from conversations c join operators o on o.id = c.assignee_id group by o.name`,
  )
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]))
}

describe('two processes that give out at the same time', () => {
  it('never give the same turn to two', async () => {
    for (const name of ['Anna', 'Boris', 'Clara', 'Dora']) await desk.operator(name)
    await desk.rule()
    await giveAtOnce(40)
    expect(await counts()).toEqual({ Anna: 10, Boris: 10, Clara: 10, Dora: 10 })
  })

  it('count what the other has just given: the least busy stay level', async () => {
    for (const name of ['Anna', 'Boris', 'Clara']) await desk.operator(name)
    await desk.rule({ method: 'least_busy' })
    await giveAtOnce(30)
    expect(await counts()).toEqual({ Anna: 10, Boris: 10, Clara: 10 })
  })

  it('keep the shares exactly', async () => {
    await desk.operator('Anna', { share: 3 })
    await desk.operator('Boris')
    await desk.rule({ method: 'share' })
    await giveAtOnce(40)
    expect(await counts()).toEqual({ Anna: 30, Boris: 10 })
  })

  it('make one default rule', async () => {
    for (const name of ['Anna', 'Boris']) await desk.operator(name)
    await giveAtOnce(10)
    expect(await counts()).toEqual({ Anna: 5, Boris: 5 })
    expect(await fresh.db.query('select name, is_default from distribution_rules')).toEqual([
      { name: 'Default', is_default: true },
    ])
  })

  it('give out what waits once, in turn', async () => {
    const team = [await desk.operator('Anna', { onShift: false }), await desk.operator('Boris', { onShift: false })]
    await desk.rule()
    await giveAtOnce(20)
    expect(await counts()).toEqual({})
    for (const { id } of team) await desk.run(setShift, { operatorId: id, onShift: true })
    const given = await Promise.all(
      [fresh.db, other].map((db) => giveOutWaiting(db, new VirtualClock(noon), createLog('silent'))),
    )
    expect(given[0]! + given[1]!).toBe(20)
    expect(await counts()).toEqual({ Anna: 10, Boris: 10 })
    const assigned = await fresh.db.query(`select 1 from changes where kind = 'conversation.assigned'`)
    expect(assigned).toHaveLength(20)
  })
})

describe('the turns of a rule', () => {
  it('go on in a process that starts later', async () => {
    for (const name of ['Anna', 'Boris', 'Clara']) await desk.operator(name)
    await desk.rule()
    expect(await desk.give(await desk.conversation())).toBe('Anna')
    const later = openPostgres(fresh.url!)
    try {
      const client = await desk.conversation()
      const operator = await later.transaction((tx) => distribute(tx, desk.work, client))
      expect(operator?.name).toBe('Boris')
    } finally {
      await later.close()
    }
    expect(await desk.give(await desk.conversation())).toBe('Clara')
  })
})

describe('an operator who is taken out while conversations are given to them', () => {
  it('has none of them afterwards', async () => {
    const anna = await desk.operator('Anna')
    const clients = []
    for (let index = 0; index < 12; index++) clients.push(await desk.conversation())
    await Promise.allSettled([
      ...clients.map(({ conversationId }) =>
        other.transaction((tx) => assignConversation(tx, desk.work, { conversationId, operatorId: anna.id })),
      ),
      fresh.db.transaction((tx) => takeOutOperator(tx, desk.work, anna.id)),
    ])
    expect(await fresh.db.query('select id from operators where id = $1', [anna.id])).toEqual([])
    expect(await fresh.db.query('select id from conversations where assignee_id is not null')).toEqual([])
    const [row] = await fresh.db.query<{ open: number }>(
      `select count(*) filter (where kind = 'conversation.assigned')::int - count(*) filter (where kind = 'conversation.released')::int as open
         from changes`,
    )
    expect(row).toEqual({ open: 0 })
  })
})
