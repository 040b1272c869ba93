import { afterEach, expect, it, vi } from 'vitest'
import { createApiKey } from '../../src/team/create-api-key.ts'
import { freshPlace } from './fresh-place.ts'
import { type Stage, setStage } from './stage.ts'
import { leftOver } from './tally.ts'

let stage: Stage
afterEach(() => stage.close())

/** The database refuses one text: nothing in the program knows of it, so it stands for every fault that nobody thought of. */
const refuse = [
  `create function refuse_poison() returns trigger language plpgsql as $$
     begin
       if new.direction = 'inbound' and new.text = 'poison' then raise exception 'this text is poison'; end if;
       return new;
     end $$`,
  'create trigger refuse_poison before insert on messages for each row execute function refuse_poison()',
]

it('sets a poison message aside and goes on; mended, it is replayed', async () => {
  stage = await setStage(await freshPlace())
  const { bot, place, say, start } = stage
  const key = 'pk_of_the_fault_tests_only'
  await place.look(async (db) => {
    for (const statement of refuse) await db.query(statement)
    await db.transaction(async (tx) => {
      const [project] = await tx.query<{ id: number }>('select id from projects')
      const context = { projectId: project!.id, now: new Date(), by: { kind: 'system' as const } }
      await createApiKey(tx, context, { name: 'Tests', access: 'admin', key })
    })
  })
  const program = await start({ LOG_LEVEL: 'fatal' })
  const headers = { authorization: `Bearer ${key}` }
  const parked = async () => {
    const response = await fetch(`${program.address}/api/v1/parked-events`, { headers })
    expect(response.status, await response.clone().text()).toBe(200)
    return ((await response.json()) as { items: { id: number; error: string }[] }).items
  }
  const answers = (person: number) => bot.sent(person).map((message) => message.text)

  const people = [1001, 1002, 1003, 1004, 1005]
  await Promise.all([
    ...people.flatMap((person) => ['before', 'after'].map((text) => say(person, text))),
    ...['before', 'poison', 'after', 'later'].map((text) => say(2000, text)),
  ])
  await vi.waitFor(() => {
    for (const person of people) expect(answers(person)).toEqual(['before', 'after'])
    expect(answers(2000)).toEqual(['before', 'after', 'later'])
  })
  const [event, ...rest] = await parked()
  expect(rest).toEqual([])
  expect(event!.error).toContain('this text is poison')

  program.child.kill('SIGTERM')
  expect(await program.ended).toBe(0)
  await place.look((db) => db.query('drop trigger refuse_poison on messages'))
  const mended = await start()
  const replay = await fetch(`${mended.address}/api/v1/parked-events/${event!.id}/replay`, { method: 'POST', headers })
  expect(replay.status, await replay.text()).toBeLessThan(300)
  await vi.waitFor(() => expect(answers(2000)).toEqual(['before', 'after', 'later', 'poison']))
  mended.child.kill('SIGTERM')
  expect(await mended.ended).toBe(0)
  expect(await leftOver(place)).toEqual({ deliveries: 0, events: 0, unsent: 0, runs: 0 })
}, 120_000)

it('takes text that no database can hold, and answers it without what cannot be held', async () => {
  stage = await setStage(await freshPlace())
  const { bot, say, start } = stage
  await start()
  await Promise.all([say(1000, 'first'), say(1000, 'a\u0000b \ud800 c \\u0000'), say(1000, 'last'), say(1001, 'other')])
  await vi.waitFor(() => {
    expect(bot.sent(1001).map((message) => message.text)).toEqual(['other'])
    expect(bot.sent(1000).map((message) => message.text)).toEqual(['first', 'ab \ufffd c \\u0000', 'last'])
  })
}, 120_000)
