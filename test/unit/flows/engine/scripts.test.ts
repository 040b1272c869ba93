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
  const { id } = (await stage.api('POST', '/spots', { name: 'Shop' })) as { id: number }
  await stage.api('POST', '/pipelines', { spotId: id, name: 'Sales', stages: [{ name: 'New' }, { name: 'Contract' }] })
}
const steps = () =>
  stage.db.query<{ block_id: string; output: string; result: Record<string, unknown>; error: string | null }>(
    'select block_id, output, result, error from steps order by id',
  )
const lastRun = async () => {
  const [run] = await stage.db.query<{ status: string; error: string | null; variables: Record<string, unknown> }>(
    'select status, error, variables from runs order by id desc limit 1',
  )
  return run!
}
const count = async (table: string) => {
  const [row] = await stage.db.query<{ count: number }>(`select count(*)::int as count from ${table}`)
  return row!.count
}

describe('a script of a block', () => {
  it('runs before its message, which sees what it wrote, and stands in the trace', async () => {
    await open(
      flow('Sum', [any('hi')], {
        hi: says('It is {{ run.total }}, {{ run.who }}; {{ deal.name }} for {{ deal.budget }}', {
          script: 'total = question * 2\nwho = upper(name)\nprint("doubled")\ncreate_order("Car", total)',
        }),
      }),
    )
    await stage.say(1, '21')
    expect(await stage.heard(1)).toEqual(['It is 42, PERSON 1; Car for 42'])
    const [step] = await steps()
    const did = [expect.stringMatching(/^create_order\("Car", 42, .*\) → 1$/)]
    expect(step!.result).toMatchObject({
      script: { did, printed: ['doubled'], variables: { total: 42, who: 'PERSON 1' } },
    })
    expect((await lastRun()).variables).toEqual({ total: 42, who: 'PERSON 1' })
  })

  it('runs once, when its block is entered, and not again with the reply', async () => {
    await open(
      flow(
        'Ask',
        [any('ask')],
        {
          ask: { ...asks('Your city?', 'city'), script: 'times = if("#{times}" == "", 1, times + 1)' },
          end: says('{{ run.city }} {{ run.times }}'),
        },
        ['ask > end'],
      ),
    )
    await stage.say(1, 'hello')
    await stage.say(1, 'Kazan')
    expect(await stage.heard(1)).toEqual(['Your city?', 'Kazan 1'])
  })

  it('sees fields, attributes, variables of run and project, and keeps what it writes of an attribute with the contact', async () => {
    await open(
      flow(
        'Names',
        [any('first')],
        {
          first: {
            type: 'calculator',
            script: 'points = rate + 2  city = "Kazan"  contact.level = "gold"  run.level = 1',
          },
          second: says('{{ contact.points }} {{ contact.level }} {{ run.level }} {{ run.city }} {{ run.sum }}', {
            script: 'sum = "#{points}/#{first_name}/#{city}/#{run.city}/#{project.rate}/#{client_id}/#{nothing}"',
          }),
        },
        ['first > second'],
      ),
    )
    await stage.api('POST', '/attributes', { name: 'points', title: 'Points', type: 'number' })
    await stage.api('POST', '/attributes', { name: 'level', title: 'Level', type: 'choice', choices: ['gold', 'iron'] })
    await stage.api('PUT', '/variables/rate', { value: '40' })
    await stage.say(1, 'hello')
    const id = await stage.contactId(1)
    expect(await stage.heard(1)).toEqual([`42 gold 1 Kazan 42/Person 1/Kazan/Kazan/40/${id}/`])
  })

  it('cannot go on with a value that does not fit its attribute: the line is named and nothing is kept', async () => {
    await open(
      flow('Names', [any('first')], { first: { type: 'calculator', script: 'a = 1\nset_note("x")\npoints = "many"' } }),
    )
    await stage.api('POST', '/attributes', { name: 'points', title: 'Points', type: 'number' })
    await stage.say(1, 'hello')
    await stage.rest()
    expect(await lastRun()).toEqual({
      status: 'failed',
      error: 'Block "first": line 3, column 1: "points" cannot be "many"; expected a number such as 1500.5',
      variables: {},
    })
    expect(await count('notes')).toBe(0)
  })

  it('that cannot go on leaves nothing half done and stops the run visibly', async () => {
    await open(
      flow('Broken', [any('hi')], {
        hi: says('Hello', {
          script: `city = "Kazan"
create_order("Car") set_note("x") add_unread(7) set_client_name("Max") assign_to_user("stage@example.com")
block_client() unsubscribe() create_task("", "Call")
print("so far")
x = 1 / 0`,
        }),
      }),
    )
    await stage.say(1, 'hello')
    expect(await stage.heard(1)).toEqual([])
    expect(await lastRun()).toEqual({
      status: 'failed',
      error: 'Block "hi": line 5, column 7: division by zero',
      variables: {},
    })
    for (const table of ['deals', 'notes', 'tasks']) expect(await count(table)).toBe(0)
    const [conversation] = await stage.db.query('select unread, assignee_id, deal_id from conversations')
    expect(conversation).toEqual({ unread: 1, assignee_id: null, deal_id: null })
    const [contact] = await stage.db.query('select first_name, blocked_until from contacts')
    expect(contact).toEqual({ first_name: 'Person 1', blocked_until: null })
    const kinds = await stage.db.query<{ kind: string }>('select kind from changes order by id')
    expect(
      kinds
        .map(({ kind }) => kind)
        .filter(
          (kind) =>
            !/^(contact\.created|conversation\.created|message\.received|run\..*|flow\..*|operator\..*|spot.*|pipeline.*|api_key.*|channel.*)$/.test(
              kind,
            ),
        ),
    ).toEqual([])
    const [step] = await steps()
    expect(step).toMatchObject({
      output: 'fail',
      error: 'line 5, column 7: division by zero',
      result: { script: { printed: ['so far'], takenBack: true } },
    })
  })

  it('that cannot go on leads to the output error where an arrow leaves it', async () => {
    await open(
      flow(
        'Broken',
        [any('hi')],
        {
          hi: says('Hello', { script: 'set_note("x")\nx = no_value + 1' }),
          sorry: says('Sorry{{ run.x }}'),
        },
        ['hi > sorry', ['hi:error > sorry', {}]],
      ),
    )
    await stage.say(1, 'hello')
    expect(await stage.heard(1)).toEqual(['Sorry'])
    expect(await count('notes')).toBe(0)
    expect((await steps())[0]!.error).toBe('line 2, column 5: the variable "no_value" has no value')
  })

  it('is taken back with its block when that fails', async () => {
    await open(flow('Empty', [any('hi')], { hi: says('{{ run.nothing }}', { script: 'a = 1 set_note("x")' }) }))
    await stage.say(1, 'hello')
    await stage.rest()
    expect(await lastRun()).toMatchObject({ status: 'failed', variables: {} })
    expect(await count('notes')).toBe(0)
    expect((await steps())[0]!.result).toMatchObject({ script: { takenBack: true } })
  })

  it('lets what came with the same message be, when it is taken back', async () => {
    await open(
      flow(
        'Two',
        [any('good')],
        {
          good: { type: 'calculator', script: 'create_order("Car") set_order_var("", "a", 1) kept = 1' },
          bad: { type: 'calculator', script: 'set_order_var("", "a", 2) kept = 2 delete_order() x = 1 / 0' },
        },
        ['good > bad'],
      ),
    )
    await stage.say(1, 'hello')
    await stage.rest()
    expect((await lastRun()).variables).toEqual({ kept: 1 })
    expect(await stage.db.query('select name, variables from deals')).toEqual([{ name: 'Car', variables: { a: 1 } }])
    const [conversation] = await stage.db.query('select deal_id from conversations')
    expect(conversation).toEqual({ deal_id: 1 })
  })

  it('ends with a clear reason when it asks too much of the database, and others go on', async () => {
    const calls = Array.from({ length: 101 }, () => 'get_order_id()').join(' ')
    await open(
      flow('Greedy', [word('greedy', 'greedy'), any('hi')], {
        greedy: { type: 'calculator', script: calls },
        hi: says('Hello'),
      }),
    )
    await Promise.all([stage.say(1, 'greedy'), stage.say(2, 'hello')])
    expect(await stage.heard(2)).toEqual(['Hello'])
    const [run] = await stage.db.query<{ error: string }>(`select error from runs where status = 'failed'`)
    expect(run!.error).toMatch(
      /^Block "greedy": line 1, column \d+: get_order_id\(\): the script has called functions such as get_order_id\(\) 100 times already$/,
    )
  })

  it('keeps secrets out of the trace', async () => {
    await open(
      flow('Secret', [any('hi')], {
        hi: { type: 'calculator', script: 'print(shop_key) set_note("#{shop_key}!") x = shop_key' },
      }),
    )
    await stage.api('PUT', '/variables/shop_key', { value: 'hunter22', secret: true })
    await stage.say(1, 'hello')
    await stage.rest()
    const [step] = await steps()
    expect(step!.result).toEqual({
      notes: ['•••!'],
      script: {
        did: ['set_note("•••!") → True'],
        printed: ['•••'],
        variables: { x: '•••' },
        steps: expect.any(Number),
      },
    })
  })

  it('sees in the same batch where the client has been', async () => {
    await open(
      flow(
        'Been',
        [any('one')],
        {
          one: { type: 'calculator', script: 'first = was_in_state(1)' },
          two: says('{{ run.first }} {{ run.second }}', { script: 'second = was_in_state(1)' }),
        },
        ['one > two'],
      ),
    )
    await stage.say(1, 'hello')
    await stage.say(1, 'hello')
    expect(await stage.heard(1)).toEqual(['false true', 'true true'])
  })

  it('may make what the database cannot keep: it is left out', async () => {
    const zero = 'zero = base64decode("AGE=") print(zero) set_note(zero + "b")'
    await open(
      flow('Odd', [word('odd', 'odd'), any('hi')], {
        odd: { type: 'calculator', script: `${zero} x = convert_datetime(zero, "%d", "%m")` },
        hi: { type: 'calculator', script: zero },
      }),
    )
    await stage.say(1, 'odd')
    await stage.rest()
    expect(await lastRun()).toMatchObject({ status: 'failed', variables: {} })
    await stage.say(1, 'hello')
    await stage.rest()
    expect(await lastRun()).toEqual({ status: 'ended', error: null, variables: { zero: 'a' } })
    expect(await stage.db.query('select text from notes')).toEqual([{ text: 'ab' }])
  })

  it('works on one contact after another message of it, never at once', async () => {
    await open(
      flow('Count', [any('hi')], {
        hi: {
          type: 'calculator',
          script: 'create_order("")  n = get_order_var("", "n")  set_order_var("", "n", if(n, n, 0) + 1)',
        },
      }),
    )
    await Promise.all(Array.from({ length: 20 }, () => stage.say(1, 'hello')))
    await stage.rest()
    expect(await stage.db.query('select name, variables from deals')).toEqual([{ name: 'Deal', variables: { n: 20 } }])
  })
})
