import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { workImports } from '../../../src/contacts/imports/work-imports.ts'
import { createLog } from '../../../src/platform/log.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { type TestGateway, testGateway } from '../../gateway.ts'
import { counts, upload, workOn } from '../../unit/contacts/imports/importing.ts'
import { leaveStage, openStage, type Stage } from '../../unit/flows/engine/stage.ts'

describe('imports of several processes', () => {
  let fresh: FreshDatabase
  let gateway: TestGateway
  beforeAll(async () => {
    fresh = await freshDatabase()
  })
  beforeEach(async () => {
    await fresh.clear()
    gateway = await testGateway(fresh.db)
  })
  afterAll(() => fresh.drop())

  const file = (from: number, count: number) =>
    `name,phone,email\n${Array.from({ length: count }, (_, index) => from + index)
      .map((number) => `N${number},+7916${1_000_000 + number},p${number}@example.com`)
      .join('\n')}\n`
  const start = async (content: string): Promise<number> => {
    const { body } = await upload(gateway, content)
    await gateway.call('POST', `/contact-imports/${body.id}/start`, {})
    return body.id
  }
  const read = async (id: number) => (await gateway.call('GET', `/contact-imports/${id}`)).body

  it('about the same people make each of them once', async () => {
    const ids = [await start(file(0, 900)), await start(file(300, 900)), await start(file(0, 1200))]
    // A round leaves what is busy to the next one, as the running program does.
    const process = async () => {
      for (let round = 0; round < 200; round++) await workOn(fresh.db, gateway)
    }
    await Promise.all([process(), process(), process()])
    const done = await Promise.all(ids.map(read))
    expect(done.map(({ status }) => status)).toEqual(['done', 'done', 'done'])
    expect(done.map(({ refused }) => refused)).toEqual([0, 0, 0])
    expect(done.reduce((sum, { made }) => sum + made, 0)).toBe(1200)
    const [found] = await fresh.db.query<{ contacts: number; identities: number }>(
      'select (select count(*)::int from contacts) as contacts, (select count(*)::int from identities) as identities',
    )
    expect(found).toEqual({ contacts: 1200, identities: 2400 })
  })

  it('wait for nobody who has one of their contacts in hand, and go on when it is free', async () => {
    await workOn(fresh.db, gateway)
    const first = await start(file(0, 3))
    await workOn(fresh.db, gateway)
    expect(counts(await read(first))).toEqual([3, 0, 0, 0])
    const second = await start(file(0, 3).replace('N1,', 'Anna,'))
    await fresh.db.transaction(async (tx) => {
      await tx.query(`select 1 from contacts where first_name = 'N1' for update`)
      await workOn(fresh.db, gateway)
      expect((await read(second)).done).toBeLessThan(3)
    })
    await workOn(fresh.db, gateway)
    expect(counts(await read(second))).toEqual([0, 1, 2, 0])
  })
})

describe('an import while its contacts write', () => {
  let stage: Stage
  afterEach(() => stage.close())
  afterAll(leaveStage)

  it('and the messages meet in one contact for each, and nothing is lost', { timeout: 90_000 }, async () => {
    stage = await openStage({ flows: [] })
    const people = Array.from({ length: 60 }, (_, index) => index + 1)
    const content = `identity.telegram,last name,labels\n${people.map((id) => `${id},L${id},vip`).join('\n')}\n`
    const { key } = (await stage.api('POST', '/api-keys', { name: 'import', access: 'write' })) as { key: string }
    const response = await fetch(`${stage.parley.address}/api/v1/contact-imports`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'text/csv' },
      body: content,
    })
    const { id } = (await response.json()) as { id: number }
    await stage.api('POST', `/contact-imports/${id}/start`, { findBy: ['identity.telegram'] })
    const parts = { db: stage.db, clock: stage.clock, log: createLog('silent'), tell: () => {} }
    const signal = new AbortController().signal
    const works = (async () => {
      for (let round = 0; round < 300; round++) await workImports(parts, signal)
    })()
    for (let round = 0; round < 3; round++) {
      await Promise.all(people.map((person) => stage.say(person, `hello ${round}`)))
    }
    await works
    await stage.rest()
    expect(await stage.api('GET', `/contact-imports/${id}`)).toMatchObject({ status: 'done', done: 60, refused: 0 })
    const [found] = await stage.db.query(
      `select (select count(*)::int from contacts where first_name is not null and last_name is not null
                and labels = '{vip}') as contacts,
              (select count(*)::int from contacts) as all,
              (select count(*)::int from messages where direction = 'inbound') as messages,
              (select count(*)::int from events where status <> 'done') as waiting`,
    )
    expect(found).toEqual({ contacts: 60, all: 60, messages: 180, waiting: 0 })
  })
})
