import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { saveFlow } from '../../../../src/flows/save-flow.ts'
import { projects } from '../../../../src/team/team.table.ts'
import { asks, flow, leaveStage, openStage, type Stage, says } from './stage.ts'

let stage: Stage
afterEach(() => stage.close())
afterAll(leaveStage)

const open = async (...flows: Parameters<typeof openStage>[0]['flows']) => {
  stage = await openStage({ flows })
}
const any = (to: string) => [{ type: 'any_message' as const, to }]
const keyword = (word: string, to: string) => [{ type: 'keyword' as const, words: [word], whileWaiting: true, to }]
const runs = () => stage.db.query('select status, error from runs order by id')

describe('a pended message', () => {
  const reminders = flow(
    'Reminders',
    [{ type: 'first_message', to: 'hello' }],
    { hello: says('Hello'), one: says('One'), two: says('Two') },
    [
      ['hello > one', { delay: '1h' }],
      ['hello > two', { delay: '2h', keepWhenReplied: true }],
    ],
  )

  it('is sent when its time has come', async () => {
    await open(reminders)
    await stage.say(1, 'hi')
    await stage.pass('59m')
    expect(await stage.heard(1)).toEqual(['Hello'])
    await stage.pass('1m')
    expect(await stage.heard(1)).toEqual(['Hello', 'One'])
    await stage.pass('1h')
    expect(await stage.heard(1)).toEqual(['Hello', 'One', 'Two'])
    expect(await runs()).toEqual([{ status: 'ended', error: null }])
  })

  it('is cancelled by a reply, unless its arrow says otherwise', async () => {
    await open(reminders)
    await stage.say(1, 'hi')
    await stage.say(1, 'a reply')
    await stage.pass('3h')
    expect(await stage.heard(1)).toEqual(['Hello', 'Two'])
  })

  it('still sees the message that led to it', async () => {
    await open(
      flow('Later', any('hello'), { hello: says('Hello'), later: says('You wrote: {{ message.text }}') }, [
        ['hello > later', { delay: '1d' }],
      ]),
    )
    await stage.say(1, 'first words')
    await stage.pass('1d')
    expect(await stage.heard(1)).toEqual(['Hello', 'You wrote: first words'])
  })
})

describe('several branches', () => {
  it('give a reply to the one that asked last', async () => {
    await open(
      flow(
        'Two',
        any('start'),
        {
          start: says('Start'),
          a: asks('A?', 'a'),
          b: asks('B?', 'b'),
          ea: says('a={{ run.a }}'),
          eb: says('b={{ run.b }}'),
        },
        ['start > a', 'start > b', 'a > ea', 'b > eb'],
      ),
    )
    await stage.say(1, 'hi')
    expect(await stage.heard(1)).toEqual(['Start', 'A?', 'B?'])
    await stage.say(1, 'one')
    await stage.say(1, 'two')
    expect((await stage.heard(1)).slice(3)).toEqual(['b=one', 'a=two'])
    expect(await runs()).toEqual([{ status: 'ended', error: null }])
  })

  it('of several runs: the same', async () => {
    await open(
      flow('First', keyword('one', 'a'), { a: asks('A?', 'a'), ea: says('a={{ run.a }}') }, ['a > ea']),
      flow('Second', keyword('two', 'b'), { b: asks('B?', 'b'), eb: says('b={{ run.b }}') }, ['b > eb']),
    )
    await stage.say(1, 'one')
    await stage.say(1, 'two')
    await stage.say(1, 'x')
    await stage.say(1, 'y')
    expect(await stage.heard(1)).toEqual(['A?', 'B?', 'b=x', 'a=y'])
  })

  it('do actions before messages, also those behind further actions', async () => {
    await open(
      flow(
        'Order',
        any('start'),
        {
          start: says('Start'),
          tell: says('{{ run.a }}{{ run.b }}'),
          a: { type: 'set-fields', options: { fields: [{ to: 'run.a', value: 'A' }] } },
          b: { type: 'set-fields', options: { fields: [{ to: 'run.b', value: 'B' }] } },
        },
        ['start > tell', 'start > a', 'a > b'],
      ),
    )
    await stage.say(1, 'hi')
    expect(await stage.heard(1)).toEqual(['Start', 'AB'])
  })
})

describe('start flow and stop flow', () => {
  it('starts a flow at the chosen block, and the contact does not become its subscriber', async () => {
    await open(
      flow(
        'Other',
        [{ type: 'manual', to: 'begin' }],
        { begin: says('Begin'), middle: says('Middle'), end: says('End') },
        ['begin > middle', 'middle > end'],
      ),
      flow('Main', any('go'), { go: { type: 'start-flow', options: { flow: 'Other', block: 'middle' } } }),
    )
    await stage.say(1, 'hi')
    expect(await stage.heard(1)).toEqual(['Middle', 'End'])
    expect(await stage.db.query('select f.name from subscribers s join flows f on f.id = s.flow_id')).toEqual([
      { name: 'Main' },
    ])
  })

  it('stops what waits or is pended from the chosen block on, once', async () => {
    await open(
      flow('Other', keyword('other', 'a'), { a: says('A'), b: says('B'), c: says('C') }, [
        ['a > b', { delay: '1h', keepWhenReplied: true }],
        ['a > c', { delay: '1h', keepWhenReplied: true }],
      ]),
      flow('Stopper', keyword('stop', 'stop'), { stop: { type: 'stop-flow', options: { flow: 'Other', block: 'b' } } }),
    )
    await stage.say(1, 'other')
    await stage.say(1, 'stop')
    await stage.pass('2h')
    expect(await stage.heard(1)).toEqual(['A', 'C'])
    await stage.say(1, 'other')
    await stage.pass('2h')
    expect(await stage.heard(1)).toEqual(['A', 'C', 'A', 'B', 'C'])
  })

  it('stops runs that began under an earlier name of the flow', async () => {
    await open(
      flow('Other', keyword('other', 'a'), { a: says('A'), b: says('B') }, [
        ['a > b', { delay: '1h', keepWhenReplied: true }],
      ]),
      flow('Stopper', keyword('stop', 'stop'), { stop: { type: 'stop-flow', options: { flow: 'Other' } } }),
    )
    await stage.say(1, 'other')
    const [other] = await stage.db.query<{ id: number }>(`select id from flows where name = 'Other'`)
    const renamed = flow('Renamed', keyword('other', 'a'), { a: says('A'), b: says('B') }, [
      ['a > b', { delay: '1h', keepWhenReplied: true }],
    ])
    await stage.run(saveFlow, { flowId: other!.id, draft: renamed })
    await stage.api('POST', `/flows/${other!.id}/publish`, {})
    await stage.publish(
      flow('Stopper', keyword('stop', 'stop'), { stop: { type: 'stop-flow', options: { flow: 'Renamed' } } }),
    )
    await stage.say(1, 'stop')
    await stage.pass('2h')
    expect(await stage.heard(1)).toEqual(['A'])
  })
})

describe('time', () => {
  it('lets a question run out after three days', async () => {
    await open(
      flow('Ask', any('q'), { q: asks('Well?', 'a', { timeout: '3d' }), late: says('Too late'), fine: says('Fine') }, [
        'q:timeout > late',
        'q > fine',
      ]),
    )
    await stage.say(1, 'hi')
    await stage.pass('71h')
    expect(await stage.heard(1)).toEqual(['Well?'])
    await stage.pass('1h')
    expect(await stage.heard(1)).toEqual(['Well?', 'Too late'])
  })

  it('delays until the business hours of the project', async () => {
    stage = await openStage({
      flows: [
        flow(
          'Night',
          any('wait'),
          { wait: { type: 'delay', options: { for: '10h', businessHours: true } }, day: says('Good morning') },
          ['wait > day'],
        ),
      ],
      prepare: async (db) => {
        const day: [string, string][] = [['09:00', '18:00']]
        await db.orm.update(projects).set({ workingHours: { 1: day, 2: day, 3: day, 4: day, 5: day } })
      },
    })
    // Monday noon in Moscow: ten hours later it is 22:00, so it waits until nine on Tuesday.
    await stage.say(1, 'hi')
    await stage.pass('20h')
    expect(await stage.heard(1)).toEqual([])
    await stage.pass('1h')
    expect(await stage.heard(1)).toEqual(['Good morning'])
  })
})

describe('a run', () => {
  it('is over when the same flow starts anew', async () => {
    await open(flow('Ask', keyword('go', 'q'), { q: asks('Well?', 'a'), fine: says('a={{ run.a }}') }, ['q > fine']))
    await stage.say(1, 'go')
    await stage.say(1, 'go')
    await stage.say(1, 'yes')
    await stage.say(1, 'no')
    expect(await stage.heard(1)).toEqual(['Well?', 'Well?', 'a=yes'])
    expect(await runs()).toEqual([
      { status: 'stopped', error: null },
      { status: 'ended', error: null },
    ])
  })

  it('finishes on the version it began', async () => {
    await open(flow('Ask', any('q'), { q: asks('Well?', 'a'), fine: says('Old') }, ['q > fine']))
    await stage.say(1, 'go')
    await stage.publish(flow('Ask', any('q'), { q: asks('Well?', 'a'), fine: says('New') }, ['q > fine']))
    await stage.say(1, 'yes')
    expect(await stage.heard(1)).toEqual(['Well?', 'Old'])
    await stage.say(1, 'again')
    await stage.say(1, 'yes')
    expect(await stage.heard(1)).toEqual(['Well?', 'Old', 'Well?', 'New'])
  })

  it('that goes round in a circle without waiting is stopped, and its circle named', async () => {
    await open(
      flow(
        'Round',
        any('check'),
        {
          check: { type: 'condition', options: { rules: [{ field: 'run.never', operator: 'is_set' }] } },
          set: { type: 'set-fields', options: { fields: [{ to: 'run.a', value: 'A' }] } },
          out: says('Out'),
        },
        ['check:false > set', 'set > check', 'check:true > out'],
      ),
    )
    await stage.say(1, 'hi')
    await stage.rest()
    expect(await runs()).toEqual([{ status: 'failed', error: expect.stringMatching(/"check", "set" form a circle/) }])
  })

  it('that goes round through flows which start one another is stopped too', async () => {
    await open(
      flow('A', [{ type: 'manual', to: 'b' }], { b: says('A') }),
      flow('B', any('a'), { a: { type: 'start-flow', options: { flow: 'A' } } }),
    )
    await stage.publish(flow('A', [{ type: 'manual', to: 'b' }], { b: { type: 'start-flow', options: { flow: 'B' } } }))
    await stage.say(1, 'hi')
    await stage.rest()
    const failed = (await runs()).filter((run) => (run as { status: string }).status === 'failed')
    expect(failed).toEqual([{ status: 'failed', error: expect.stringMatching(/circle/) }])
  })
})
