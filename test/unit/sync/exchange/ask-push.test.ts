import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { AppError } from '../../../../src/platform/errors.ts'
import { openSignals, type Signals } from '../../../../src/platform/signals.ts'
import { askPush } from '../../../../src/sync/exchange/ask-push.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { recordedChanges } from '../../../project.ts'
import { type Stage, setStage } from './stage.ts'

let fresh: FreshDatabase
let stage: Stage
let signals: Signals

beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())
beforeEach(async () => {
  await fresh.clear()
  stage = await setStage(fresh.db, { signals: { notify: (topic) => signals.notify(topic) } })
  signals = await openSignals(fresh.db, 'test', () => {})
  signals.onTopics('crm:', (id) => stage.worker.wake(Number(id)))
})
afterEach(async () => {
  signals.close()
  await stage.stop()
})

const ask = (dealId: number, key: string, signal = AbortSignal.timeout(20_000)) => {
  const { projectId } = stage.context()
  const { db, clock, integrationId } = stage
  const request = { projectId, integrationId, entity: 'deal' as const, subjectId: dealId, key, wanted: null }
  return askPush({ db, clock, signals }, request, signal)
}

test('whoever asks gets the ids there, also when asking again', async () => {
  const dealId = await stage.deal(await stage.contact({ fields: { firstName: 'Anna' } }))
  const answer = await ask(dealId, 'run:1')
  expect(answer).toEqual({
    dealId: stage.ledger.account.all('deal')[0]!.id,
    contactId: stage.ledger.account.all('contact')[0]!.id,
  })
  expect(await ask(dealId, 'run:1')).toEqual(answer)
  expect(stage.ledger.account.all('deal')).toHaveLength(1)
})

test('what is refused is thrown with its reason', async () => {
  stage.ledger.account.refuse = () => 'Not today.'
  const dealId = await stage.deal(await stage.contact({ fields: { firstName: 'Anna' } }))
  const error = (await ask(dealId, 'run:1').catch((thrown) => thrown)) as AppError
  expect(error).toMatchObject({ code: 'invalid', message: 'Not today.', retryable: false })
})

test('who asks no longer leaves the push as it is', async () => {
  await stage.update({ pausedUntil: new Date(stage.clock.now().getTime() + 60_000) })
  const dealId = await stage.deal(await stage.contact({ fields: { firstName: 'Anna' } }))
  const error = (await ask(dealId, 'run:1', AbortSignal.timeout(50)).catch((thrown) => thrown)) as AppError
  expect(error.code).toBe('timeout')
  stage.clock.advance(61_000)
  await stage.settle()
  expect((await stage.pushes()).map(({ status }) => status)).toContain('done')
})

test('a backlog tells how far it is now and then, and at its end', async () => {
  stage.ledger.account.abilities.batch = 5
  for (let i = 0; i < 23; i++) await stage.deal(await stage.contact({ fields: { firstName: `Anna ${i}` } }))
  await stage.settle()
  const told = (await recordedChanges(stage.db)).filter(({ kind }) => kind === 'integration.progressed')
  expect(told.map(({ data }) => data)).toMatchObject([
    { name: 'Ledger', waiting: 18, done: 5, dead: 0 },
    { waiting: 0, done: 23, dead: 0 },
  ])
})
