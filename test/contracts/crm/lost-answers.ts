import { describe, expect, test } from 'vitest'
import type { CrmEntity, CrmRecord, CrmWrite } from '../../../src/sync/crm.ts'
import { type CrmBench, failure, never } from './bench.ts'

/** What was made although its answer was lost is found again by its marker. */
export function lostAnswers(bench: CrmBench): void {
  const { marker, put, read, contact, openStage, testUnless } = bench

  describe('what was made without an answer', () => {
    test('is found again: a contact', async () => {
      await contact({ name: 'An older one' })
      const { id } = await findsLost(bench, 'contact', { values: { name: 'The lost one' } })
      expect((await read('contact', id)).values.name).toBe('The lost one')
    })

    test('is found again: a deal', async () => {
      const values = { name: 'The lost deal', stage: await openStage() }
      const { id } = await findsLost(bench, 'deal', { values, contact: { id: await contact() } })
      expect((await read('deal', id)).values.name).toBe('The lost deal')
    })

    testUnless('dealsWithContacts', 'is found again: a deal with its contact', async () => {
      const values = { name: 'The lost deal', stage: await openStage() }
      const make = { marker: marker(), values: { name: 'The lost person' } }
      const { id, contactId } = await findsLost(bench, 'deal', { values, contact: { make } })
      expect((await read('deal', id)).contactIds).toEqual([contactId])
      expect((await read('contact', contactId!)).values.name).toBe('The lost person')
    })

    test('is the newest of those with the same marker', async () => {
      const same = marker()
      const since = bench.harness.clock.now()
      await put('contact', { marker: same, values: { name: 'Old' } })
      bench.harness.clock.advance(10_000)
      const newer = await put('contact', { marker: same, values: { name: 'New' } })
      const found = await bench.harness.adapter.findMarked('contact', [{ marker: same }], since, never)
      expect(found.get(same)?.id).toBe(newer)
    })
  })
}

/** Writes so that the answer is lost, and finds what was made by its marker. */
export async function findsLost(
  bench: CrmBench,
  entity: CrmEntity,
  one: Omit<CrmWrite, 'marker'>,
  mark: { on?: CrmRecord['on'] } = {},
): Promise<{ id: string; contactId?: string }> {
  const ours = bench.marker()
  const contactMarker = one.contact && 'make' in one.contact ? one.contact.make.marker : undefined
  bench.harness.clock.advance(60_000)
  const since = bench.harness.clock.now()
  const before = bench.harness.count(entity)
  bench.harness.clock.advance(2000)
  if (bench.cannot.lost === undefined) {
    bench.harness.fail('lost')
    const error = await failure(bench.harness.adapter.write(entity, [{ ...one, marker: ours }], never))
    expect(['unavailable', 'timeout']).toContain(error.code)
  } else await bench.put(entity, { ...one, marker: ours })
  expect(bench.harness.count(entity)).toBe(before + 1)
  const marks = [
    { marker: ours, ...mark, ...(contactMarker && { contactMarker }) },
    { marker: 'parley-never-made', ...mark },
  ]
  const found = await bench.harness.adapter.findMarked(entity, marks, since, never)
  expect([...found.keys()]).toEqual([ours])
  bench.harness.clock.advance(60_000)
  const later = await bench.harness.adapter.findMarked(entity, marks, bench.harness.clock.now(), never)
  expect(later.size, 'nothing older than the moment is found').toBe(0)
  expect(bench.harness.refused()).toEqual([])
  return found.get(ours)!
}
