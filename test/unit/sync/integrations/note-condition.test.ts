import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Integration } from '../../../../src/sync/integrations/integration.ts'
import { findIntegration, insertIntegration } from '../../../../src/sync/integrations/integrations.store.ts'
import { noteCondition, pauseIntegration } from '../../../../src/sync/integrations/note-condition.ts'
import { emptyMapping } from '../../../../src/sync/mapping/mapping.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { makeProject, recordedChanges } from '../../../project.ts'

const now = new Date('2026-11-02T09:00:00Z')
const later = (ms: number) => new Date(now.getTime() + ms)

let fresh: FreshDatabase
let id: number
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  const { projectId } = await makeProject(fresh.db)
  const row = { projectId, name: 'books', kind: 'ledger', settings: {}, hookId: 'hk', direction: 'both' as const }
  const rest = { sends: 'by_flow' as const, mapping: emptyMapping, enabled: true, createdAt: now, updatedAt: now }
  id = (await fresh.db.transaction((tx) => insertIntegration(tx, { ...row, ...rest })))!.id
})
afterAll(() => fresh.drop())

const note = (condition: NonNullable<Integration['condition']>, at = now) => noteCondition(fresh.db, id, condition, at)
const pause = (ms: number, at = now) =>
  pauseIntegration(fresh.db, id, { until: new Date(at.getTime() + ms), reason: 'The ledger wants rest.' }, at)
const changes = async () =>
  (await recordedChanges(fresh.db))
    .filter(({ kind }) => kind === 'integration.condition_changed')
    .map(({ data }) => data)
const notices = async () =>
  (await fresh.db.query<{ text: string }>('select text from operator_notices order by id')).map(({ text }) => text)

describe('How an integration fares', () => {
  it('is recorded when it becomes another, and not when it goes on', async () => {
    expect(await note({ state: 'working' })).toBe(false)
    expect(await note({ state: 'failing', error: 'No answer.' })).toBe(true)
    expect(await note({ state: 'failing', error: 'Still no answer.' })).toBe(false)
    expect(await note({ state: 'working' })).toBe(true)
    expect(await changes()).toMatchObject([
      { integrationId: id, name: 'books', from: 'working', to: 'failing', error: 'No answer.' },
      { from: 'failing', to: 'working', error: null },
    ])
    expect((await findIntegration(fresh.db, id))?.condition).toEqual({ state: 'working', since: now.toISOString() })
  })

  it('is told to the operators when it wants a person, once', async () => {
    await note({ state: 'stopped', error: 'Connect it again.' })
    await note({ state: 'stopped', error: 'Connect it again!' })
    expect(await notices()).toEqual(['🔌 The integration "books" is stopped: Connect it again.'])
  })

  it('is forgotten of an integration that is gone', async () => {
    await fresh.db.query('delete from integrations')
    expect(await note({ state: 'failing' })).toBe(false)
  })
})

describe('A pause', () => {
  it('lasts until its moment, whatever was still under way', async () => {
    await pause(5000)
    expect(await note({ state: 'working' }, later(4999))).toBe(false)
    expect(await findIntegration(fresh.db, id)).toMatchObject({
      pausedUntil: later(5000),
      condition: { state: 'paused', error: 'The ledger wants rest.' },
    })
    expect(await note({ state: 'working' }, later(5000))).toBe(true)
    expect(await findIntegration(fresh.db, id)).toMatchObject({ pausedUntil: null, condition: { state: 'working' } })
  })

  it('of a minute or more is told to the operators, a short one is not', async () => {
    await pause(59_999)
    expect(await notices()).toEqual([])
    await pause(60_000)
    await pause(90_000, later(30_000))
    expect(await notices()).toEqual([
      '🔌 The integration "books" rests until 2026-11-02T09:01:00.000Z: The ledger wants rest.',
    ])
    expect(await changes()).toMatchObject([{ from: 'working', to: 'paused', until: '2026-11-02T09:00:59.999Z' }])
  })

  it('that is made of short ones is told too, unless something worked between them', async () => {
    for (const begin of [0, 20_000]) await pause(20_000, later(begin))
    await note({ state: 'working' }, later(40_000))
    for (const begin of [41_000, 61_000]) await pause(20_000, later(begin))
    expect(await notices()).toEqual([])
    await pause(20_000, later(81_000))
    expect(await notices()).toHaveLength(1)
  })
})
