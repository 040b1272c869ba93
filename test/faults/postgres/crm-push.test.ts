import { expect, it } from 'vitest'
import { pushDeals } from '../crm-push.ts'
import { freshPlace } from '../fresh-place.ts'

it('tells another CRM every deal and contact exactly once, from four processes of which one is killed, while calls fail and tokens run out', async () => {
  const outcome = await pushDeals(await freshPlace(), {
    deals: 150,
    processes: 4,
    tokenCalls: 10,
    share: 0.05,
    seed: 5,
    hangs: false,
    patienceMs: 100_000,
    tell: () => {},
  })
  expect(outcome).toMatchObject({ lost: 0, doubled: 0, wrong: 0, dead: 0, refused: 0, kills: 1, holds: true })
  expect(outcome.worstSecond).toBeLessThanOrEqual(7)
  expect(outcome.refreshes).toBeGreaterThan(0)
}, 240_000)
