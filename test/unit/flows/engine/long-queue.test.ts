import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { leaveStage, openStage, type Stage } from './stage.ts'

let stage: Stage
afterEach(() => stage.close())
afterAll(leaveStage)

describe('a long queue', () => {
  it('is worked off in order, and what arrives meanwhile lines up behind it', async () => {
    stage = await openStage({ flows: [] })
    await stage.say(1, 'first')
    await stage.rest()
    await stage.db.query(
      `insert into events (project_id, channel_id, thread_id, external_id, kind, payload, status, received_at)
       select project_id, channel_id, thread_id, 'stored:' || n, kind,
              jsonb_set(jsonb_set(payload, '{message,text}', to_jsonb('m' || n)), '{message,externalId}', to_jsonb('1:9' || n)), 'pending', received_at
         from events, generate_series(1, 700) as n where kind = 'message' order by n`,
    )
    await stage.say(1, 'last')
    await stage.rest()
    const texts = await stage.db.query<{ text: string }>('select text from messages order by id')
    expect(texts.map(({ text }) => text)).toEqual([
      'first',
      ...Array.from({ length: 700 }, (_, index) => `m${index + 1}`),
      'last',
    ])
  })
})
