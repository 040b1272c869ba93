import { afterEach, expect, it, vi } from 'vitest'
import { freshPlace } from '../fresh-place.ts'
import { type Stage, setStage, token } from '../stage.ts'
import { leftOver } from '../tally.ts'
import { startThree } from './three.ts'

let stage: Stage
afterEach(() => stage.close())

it('polls a channel in one process at a time, and goes on in another when that one is killed', async () => {
  stage = await setStage(await freshPlace(), { mode: 'polling' })
  const { holder } = await startThree(stage)
  const { bot, place, say } = stage
  await say(1000, 'before')
  // Answered, and noted: a kill before the note would double it.
  await vi.waitFor(async () => expect(await leftOver(place)).toMatchObject({ deliveries: 0 }))
  expect(bot.sent(1000)).toHaveLength(1)
  await (await holder()).kill()
  await say(1000, 'after')
  await vi.waitFor(() => expect(bot.sent(1000).map(({ text }) => text)).toEqual(['before', 'after']), {
    timeout: 20_000,
  })
  await vi.waitFor(() => expect(bot.account(token).updates.pending).toBe(0))
  expect(bot.refused).toEqual([])
}, 120_000)
