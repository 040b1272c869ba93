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

it('What was made is looked for only when the CRM can find it.', async () => {
  small = await startSmallCrm(() => newest, { contact, settleSeconds: 20 })
  const { adapter, context, peer, another } = small
  const find = (of = adapter) => of.findMarked('contact', [{ marker: 'm1' }], since, never)
  context.clock.advance(21_000)
  expect([...(await find())]).toEqual([['m1', { id: '5' }]])
  peer.faults.push({ kind: 'lost' })
  await expect(adapter.write('contact', [{ marker: 'm2', values: { name: 'Ann' } }], never)).rejects.toMatchObject({
    code: 'unavailable',
  })
  context.clock.advance(5_000)
  const calls = peer.calls.length
  await expect(find()).rejects.toMatchObject({ code: 'unavailable', retryable: true, retryAfterMs: 15_000 })
  expect(peer.calls).toHaveLength(calls)
  context.clock.advance(15_000)
  expect((await find()).size).toBe(1)
  // Another process may have lost an answer right before it died.
  await expect(find(another())).rejects.toMatchObject({ retryAfterMs: 20_000 })
})

it('Where the settings know no marker, nothing is found.', async () => {
  small = await startSmallCrm(() => newest)
  const { adapter, peer } = small
  expect((await adapter.findMarked('contact', [{ marker: 'm1' }], since, never)).size).toBe(0)
  expect(peer.calls).toEqual([])
})
