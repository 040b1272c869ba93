import { afterEach, expect, it } from 'vitest'
import type { PeerReply } from '../../../doubles/json-peer.ts'
import { never } from './example.ts'
import { type SmallCrm, smallSettings, startSmallCrm } from './small-crm.ts'

let small: SmallCrm | undefined
afterEach(() => small?.stop())

const contact = {
  ...(smallSettings().contact as object),
  marker: { at: 'mark' },
  marked: { request: { path: '/newest' }, items: '$[*]', createdAt: '$.at' },
}
const since = new Date('2020-01-01T00:00:00Z')
const newest: PeerReply = { status: 200, body: [{ id: 5, mark: 'm1', at: '2026-11-02T09:00:00Z' }] }

it('What was made is found by its marker; after how long the settings say.', async () => {
  small = await startSmallCrm(() => newest, { contact, settleSeconds: 20 })
  const { adapter } = small
  expect([...(await adapter.findMarked('contact', [{ marker: 'm1' }], since, never))]).toEqual([['m1', { id: '5' }]])
  expect(adapter.abilities().settleMs).toBe(20_000)
})

it('Where the settings know no marker, nothing is found.', async () => {
  small = await startSmallCrm(() => newest)
  const { adapter, peer } = small
  expect((await adapter.findMarked('contact', [{ marker: 'm1' }], since, never)).size).toBe(0)
  expect(peer.calls).toEqual([])
})
