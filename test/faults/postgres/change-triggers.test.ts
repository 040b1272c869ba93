import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { addLabels } from '../../../src/contacts/add-labels.ts'
import { longestChain } from '../../../src/flows/change-triggers/chain.ts'
import { openPostgres } from '../../../src/platform/database/postgres.ts'
import { startTestParley } from '../../parley.ts'
import { flow, leaveStage, openStage, type Stage } from '../../unit/flows/engine/stage.ts'

let stage: Stage
afterEach(() => stage.close())
afterAll(leaveStage)

const swaps = (name: string, from: string, to: string) =>
  flow(
    name,
    [{ type: 'label_added', label: from, to: 'a' }],
    { a: { type: 'remove-labels', options: { labels: [from] } }, b: { type: 'add-labels', options: { labels: [to] } } },
    ['a > b'],
  )

describe('two processes that read changes for triggers', () => {
  it('start each flow once and end every chain, also when one of them stops', async () => {
    stage = await openStage({ flows: [swaps('Ping', 'x', 'y'), swaps('Pong', 'y', 'x')] })
    const db = openPostgres(stage.url!)
    const other = await startTestParley(db, { clock: stage.clock })
    let stopped = false
    try {
      const people = Array.from({ length: 10 }, (_, index) => 100 + index)
      for (const person of people) await stage.say(person, 'hi')
      await stage.rest()
      const label = async (some: number[]) => {
        for (const person of some)
          await stage.run(addLabels, { contactId: await stage.contactId(person), labels: ['x'] })
      }
      await label(people.slice(0, 5))
      // Whichever of the two reads: the other one is there to take over.
      await other.dispose()
      stopped = true
      await label(people.slice(5))
      await stage.settle()
      const runs = await stage.db.query<{ contact_id: number; depths: number[] }>(
        `select contact_id, array_agg((cause->'chain'->>'depth')::int order by id) as depths from runs group by contact_id order by contact_id`,
      )
      expect(runs.map(({ depths }) => depths)).toEqual(
        people.map(() => Array.from({ length: longestChain }, (_, index) => index + 1)),
      )
      expect(await stage.db.query(`select count(*)::int as n from changes where kind = 'flow.chain_stopped'`)).toEqual([
        { n: people.length },
      ])
    } finally {
      if (!stopped) await other.dispose()
      await db.close()
    }
  }, 120_000)
})
