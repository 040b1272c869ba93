import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { flow, leaveStage, openStage, type Stage, says } from './stage.ts'

let stage: Stage
afterEach(() => stage.close())
afterAll(leaveStage)

const any = (to: string) => ({ type: 'any_message' as const, to })
const open = async (...flows: Parameters<typeof openStage>[0]['flows']) => {
  stage = await openStage({ flows })
}
const steps = () =>
  stage.db.query<{ block_id: string; output: string; result: Record<string, unknown>; error: string | null }>(
    'select block_id, output, result, error from steps order by id',
  )
const runRow = async () => {
  const [run] = await stage.db.query<{ status: string; error: string | null; variables: Record<string, unknown> }>(
    'select status, error, variables from runs order by id desc limit 1',
  )
  return run!
}

describe('a script of a block', () => {
  it('runs before its message, which sees the variables that it wrote', async () => {
    await open(
      flow('Sum', [any('hi')], {
        hi: says('It is {{ run.total }}, {{ run.who }}', {
          script: 'total = question * 2\nwho = upper(name)\nprint("doubled")',
        }),
      }),
    )
    await stage.say(1, '21')
    expect(await stage.heard(1)).toEqual(['It is 42, PERSON 1'])
    const [step] = await steps()
    expect(step!.result).toMatchObject({ script: { printed: ['doubled'], variables: { total: 42, who: 'PERSON 1' } } })
  })
})
