import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createRule } from '../../../../src/crm/distribution/create-rule.ts'
import { createOperator } from '../../../../src/team/create-operator.ts'
import { setShift } from '../../../../src/team/set-shift.ts'
import { flow, leaveStage, openStage, type Stage, says } from './stage.ts'

let stage: Stage
afterEach(() => stage.close())
afterAll(leaveStage)

const word = (text: string, to: string) => ({ type: 'keyword' as const, words: [text], whileWaiting: true, to })
const open = async (...flows: Parameters<typeof openStage>[0]['flows']) => {
  // The stage's own operator is off shift, so that only those of the test count.
  stage = await openStage({ flows, prepare: (db) => db.query('update operators set on_shift = false').then(() => {}) })
}
const operator = (name: string, onShift = true) =>
  stage.run(createOperator, { name, email: `${name.toLowerCase()}@shop.example`, role: 'manager', onShift })
const assignee = async (person: number) => {
  const id = await stage.conversationId(person)
  const [row] = await stage.db.query<{ assignee_id: number | null; unread: number }>(
    'select assignee_id, unread from conversations where id = $1',
    [id],
  )
  return row!
}
const responsible = async (person: number) => {
  const [row] = await stage.db.query<{ responsible_id: number | null }>(
    'select responsible_id from contacts where id = $1',
    [await stage.contactId(person)],
  )
  return row!.responsible_id
}

describe('a flow that gives contacts to operators', () => {
  const desk = flow(
    'Desk',
    [word('help', 'give'), word('bye', 'free'), word('anna', 'anna')],
    {
      give: { type: 'distribute', options: {} },
      given: says('Somebody will answer'),
      later: says('We are closed'),
      anna: { type: 'assign-operator', options: { email: 'Anna@shop.example', onlyOnShift: true } },
      hers: says('Anna will answer'),
      away: says('Anna is away'),
      free: { type: 'release', options: {} },
      freed: says('Goodbye'),
    },
    ['give:assigned > given', 'give:nobody > later', 'anna:assigned > hers', 'anna:failed > away', 'free > freed'],
  )

  it('takes turns over people who write at the same time', async () => {
    await open(desk)
    const team = [await operator('Anna'), await operator('Boris'), await operator('Clara')]
    const people = Array.from({ length: 30 }, (_, index) => index + 1)
    await Promise.all(people.map((person) => stage.say(person, 'help')))
    for (const person of people) expect(await stage.heard(person)).toEqual(['Somebody will answer'])
    const counts = await stage.db.query(
      'select assignee_id as id, count(*)::int as count from conversations group by 1 order by 1',
    )
    expect(counts).toEqual(team.map(({ id }) => ({ id, count: 10 })))
    expect(await responsible(1)).toBe((await assignee(1)).assignee_id)
  })

  it('says that nobody is there, and the conversation is given out when a shift starts', async () => {
    await open(desk)
    const anna = await operator('Anna', false)
    await stage.say(1, 'help')
    expect(await stage.heard(1)).toEqual(['We are closed'])
    expect((await assignee(1)).assignee_id).toBeNull()
    await stage.run(setShift, { operatorId: anna.id, onShift: true })
    await stage.parley.sweep()
    expect((await assignee(1)).assignee_id).toBe(anna.id)
  })

  it('gives to a chosen operator on shift, and releases again', async () => {
    await open(desk)
    const anna = await operator('Anna', false)
    await stage.say(1, 'anna')
    expect(await stage.heard(1)).toEqual(['Anna is away'])
    await stage.run(setShift, { operatorId: anna.id, onShift: true })
    await stage.say(1, 'anna')
    expect(await stage.heard(1)).toEqual(['Anna is away', 'Anna will answer'])
    expect([(await assignee(1)).assignee_id, await responsible(1)]).toEqual([anna.id, anna.id])
    await stage.say(1, 'bye')
    await stage.rest()
    expect([(await assignee(1)).assignee_id, await responsible(1)]).toEqual([null, null])
    const kinds = await stage.db.query<{ kind: string; by: string }>(
      `select kind, data->'by'->>'kind' as by from changes
        where kind in ('conversation.assigned', 'conversation.released', 'contact.responsible_changed') order by id`,
    )
    expect(kinds.map(({ kind, by }) => `${kind} by ${by}`)).toEqual([
      'conversation.assigned by flow',
      'contact.responsible_changed by flow',
      'conversation.released by flow',
      'contact.responsible_changed by flow',
    ])
  })

  it('gives out by a named rule, and takes a step that fails back with its turn', async () => {
    await open()
    const [anna, boris] = [await operator('Anna'), await operator('Boris')]
    await stage.run(createRule, { name: 'Sales', method: 'round_robin' })
    await stage.publish(
      flow('Sales', [word('buy', 'give')], { give: { type: 'distribute', options: { rule: 'Sales' } } }),
    )
    await stage.say(1, 'buy')
    await stage.rest()
    expect((await assignee(1)).assignee_id).toBe(anna.id)
    await stage.db.query(`update distribution_rules set name = 'Renamed'`)
    await stage.say(2, 'buy')
    await stage.rest()
    const [run] = await stage.db.query<{ error: string }>(`select error from runs where status = 'failed'`)
    expect(run!.error).toContain('There is no distribution rule "Sales"; expected one of "Renamed"')
    await stage.db.query(`update distribution_rules set name = 'Sales'`)
    await stage.say(2, 'buy')
    await stage.rest()
    expect((await assignee(2)).assignee_id).toBe(boris.id)
  })
})

describe('the block "last message unread"', () => {
  const marking = flow('Marking', [word('look', 'mark')], { mark: { type: 'mark-unread', options: {} } })

  it('marks a conversation that was read as unread', async () => {
    await open(marking, flow('Later', [word('later', 'mark')], { mark: says('x') }))
    await stage.publish(
      flow('Later', [word('later', 'wait')], { wait: says('Later'), mark: { type: 'mark-unread', options: {} } }, [
        ['wait > mark', { delay: '1h', keepWhenReplied: true }],
      ]),
    )
    await stage.say(1, 'later')
    await stage.rest()
    await stage.api('POST', `/conversations/${await stage.conversationId(1)}/read`)
    expect((await assignee(1)).unread).toBe(0)
    await stage.pass('1h')
    expect((await assignee(1)).unread).toBe(1)
    expect(
      await stage.db.query(`select data - 'by' as data from changes where kind = 'conversation.marked_unread'`),
    ).toEqual([{ data: { from: 0, to: 1 } }])
  })

  it('counts nothing twice: the message that led there is unread already', async () => {
    await open(marking)
    await stage.say(1, 'look')
    await stage.say(1, 'look')
    await stage.rest()
    expect((await assignee(1)).unread).toBe(2)
    expect(await stage.db.query(`select 1 from changes where kind = 'conversation.marked_unread'`)).toEqual([])
  })
})
