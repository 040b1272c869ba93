import { afterAll, beforeAll, expect, it } from 'vitest'
import { blocks } from '../../../../src/flows/blocks/registry.ts'
import { EngineCache } from '../../../../src/flows/engine/engine-cache.ts'
import { createVault } from '../../../../src/platform/secrets.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { seed } from '../../../parley.ts'

let fresh: FreshDatabase

beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())

it('serves a batch that is under way with what it began with, and the next one with what has changed', async () => {
  const { work } = await seed(fresh.db, { channels: [], flows: [] })
  const cache = new EngineCache(blocks, createVault('0123456789abcdef0123456789abcdef'))
  const zone = () => cache.project(work.projectId).settings.timeZone
  await cache.ensure(fresh.db, [work.projectId], [])
  const before = zone()
  await fresh.db.query(`update projects set time_zone = 'Asia/Tokyo'`)
  cache.forget(work.projectId)
  expect(zone()).toBe(before)
  await cache.ensure(fresh.db, [work.projectId], [])
  expect(zone()).toBe('Asia/Tokyo')
})
