import { afterAll, afterEach, describe, expect, it } from 'vitest'
import type { FlowInput } from '../../../../src/flows/flow.ts'
import { asks, flow, leaveStage, openStage, type Stage, says } from './stage.ts'

let stage: Stage
afterEach(() => stage.close())
afterAll(leaveStage)

const any = (to: string) => ({ type: 'any_message' as const, to })
const word = (text: string, to: string) => ({ type: 'keyword' as const, words: [text], whileWaiting: true, to })
const open = async (...flows: FlowInput[]) => {
  stage = await openStage({ flows })
}
const steps = () =>
  stage.db.query<{ block_id: string; output: string; result: Record<string, unknown> }>(
    'select block_id, output, result from steps order by id',
  )
const subscribers = () => stage.db.query('select subscribed from subscribers order by flow_id, subject_id')
const lastRun = async () =>
  (await stage.db.query<{ status: string }>('select status from runs order by id desc limit 1'))[0]!

describe('a script that unsubscribes or blocks the contact', () => {
  it('keeps the message of its block back, the trace tells it, and the run goes on', async () => {
    await open(
      flow(
        'Bye',
        [any('bye')],
        { bye: says('Goodbye', { script: 'unsubscribe()' }), after: { type: 'note', options: { text: 'gone' } } },
        ['bye > after'],
      ),
    )
    await stage.say(1, 'stop')
    expect(await stage.heard(1)).toEqual([])
    expect(await subscribers()).toEqual([{ subscribed: false }])
    const [bye, after] = await steps()
    expect(bye).toMatchObject({
      output: 'next',
      result: {
        notSent: ['Goodbye'],
        notSentBecause: 'the script called unsubscribe()',
        script: { did: ['unsubscribe() → True'] },
      },
    })
    expect(after).toMatchObject({ block_id: 'after', output: 'next' })
  })

  it('lets the messages of later blocks go, and the next run subscribe the contact again', async () => {
    await open(
      flow('Bye', [any('bye')], { bye: says('Goodbye', { script: 'unsubscribe()' }), later: says('Really') }, [
        'bye > later',
      ]),
    )
    await stage.say(1, 'stop')
    expect(await stage.heard(1)).toEqual(['Really'])
    await stage.say(1, 'again')
    expect(await stage.heard(1)).toEqual(['Really', 'Really'])
  })

  it('ends the run where a question would have waited for its answer', async () => {
    await open(flow('Ask', [any('ask')], { ask: { ...asks('Your city?', 'city'), script: 'unsubscribe()' } }))
    await stage.say(1, 'stop')
    expect(await stage.heard(1)).toEqual([])
    expect(await lastRun()).toEqual({ status: 'ended' })
    expect((await steps())[0]).toMatchObject({ output: 'end', result: { notSent: ['Your city?'] } })
  })

  it('blocks: nothing is sent, pended messages of every flow are cancelled, and what follows is not shown', async () => {
    await open(
      flow('Later', [word('later', 'ok')], { ok: says('ok'), one: says('one'), two: says('two') }, [
        ['ok > one', { delay: '1h' }],
        ['ok > two', { delay: '1h', keepWhenReplied: true }],
      ]),
      flow('Rude', [word('rude', 'rude')], { rude: says('Enough', { script: 'block_client()' }) }),
    )
    await stage.say(1, 'later')
    await stage.say(1, 'rude')
    await stage.say(1, 'hello?')
    await stage.pass('2h')
    expect(await stage.heard(1)).toEqual(['ok'])
    const rude = (await steps()).at(-1)
    expect(rude).toMatchObject({
      block_id: 'rude',
      result: { notSent: ['Enough'], notSentBecause: 'the script called block_client()' },
    })
    const [contact] = await stage.db.query<{ hidden: number }>('select blocked_messages as hidden from contacts')
    expect(contact).toEqual({ hidden: 1 })
  })

  it('sends the message when the block was lifted again', async () => {
    await open(flow('Back', [any('hi')], { hi: says('Hello', { script: 'block_client() unblock_client()' }) }))
    await stage.say(1, 'hello')
    expect(await stage.heard(1)).toEqual(['Hello'])
  })

  it('that fails afterwards changes nothing: pended messages come, and the contact is in', async () => {
    await open(
      flow('Later', [word('later', 'ok')], { ok: says('ok'), one: says('one') }, [
        ['ok > one', { delay: '1h', keepWhenReplied: true }],
      ]),
      flow('Rude', [word('rude', 'rude')], {
        rude: says('Enough', { script: 'block_client() unsubscribe() delete_pended_messages() x = 1 / 0' }),
      }),
      flow('Other', [any('hi')], { hi: says('Hello') }),
    )
    await stage.say(1, 'later')
    await stage.say(1, 'rude')
    await stage.say(1, 'hello')
    await stage.pass('2h')
    expect(await stage.heard(1)).toEqual(['ok', 'Hello', 'one'])
    expect(await subscribers()).toEqual([{ subscribed: true }, { subscribed: true }, { subscribed: true }])
  })

  it('deletes pended messages but those of "do not cancel" arrows', async () => {
    await open(
      flow(
        'Later',
        [any('ok')],
        {
          ok: says('ok'),
          some: { type: 'calculator', script: 'delete_pended_messages(all=False)' },
          one: says('one'),
          two: says('two'),
        },
        [
          ['ok > one', { delay: '1h' }],
          ['ok > two', { delay: '1h', keepWhenReplied: true }],
          ['ok > some', { delay: '5m', keepWhenReplied: true }],
        ],
      ),
    )
    await stage.say(1, 'later')
    await stage.pass('10m')
    await stage.pass('2h')
    expect(await stage.heard(1)).toEqual(['ok', 'two'])
  })
})
