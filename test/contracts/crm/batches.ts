import { describe, expect, test } from 'vitest'
import { AppError } from '../../../src/platform/errors.ts'
import type { CrmValue } from '../../../src/sync/crm.ts'
import { type CrmBench, never, unique, written } from './bench.ts'

/** What is written together. */
export function batches(bench: CrmBench): void {
  const { write, read, contact, deal, openStage } = bench

  describe('several at once', () => {
    test('are answered in their order, as many as a batch may hold', async () => {
      const size = Math.min(bench.harness.adapter.abilities().batch, 50)
      const numbers = Array.from({ length: size }, (_, index) => index)
      const made = await write('contact', ...numbers.map((number) => ({ values: { name: `Contact ${number}` } })))
      const ids = made.map((answer) => written([answer]).id)
      expect(unique(ids)).toBe(true)
      const changed = await write(
        'contact',
        ...[...ids].reverse().map((id) => ({ id, values: { name: `Changed ${id}` } })),
      )
      expect(changed.map((answer) => written([answer]).id)).toEqual([...ids].reverse())
      const records = await bench.harness.adapter.read(
        'contact',
        ids.map((id) => ({ id })),
        never,
      )
      expect(new Map(records.map(({ id, values }) => [id, values.name]))).toEqual(
        new Map(ids.map((id) => [id, `Changed ${id}`])),
      )
      expect(bench.harness.count('contact')).toBe(size)
      expect(bench.harness.refused()).toEqual([])
    })

    test('are done though one of them is refused', async () => {
      const stage = await openStage()
      const contactId = await contact()
      const one = (values: Record<string, CrmValue>) => ({ values: { stage, ...values }, contact: { id: contactId } })
      const answers = await write(
        'deal',
        ...[one({ name: 'First' }), one({ name: 'Bad', ...bench.harness.badDeal() }), one({ name: 'Third' })].slice(
          0,
          bench.harness.adapter.abilities().batch,
        ),
      )
      expect(answers.map(({ ok }) => ok)).toEqual([true, false, true].slice(0, answers.length))
      for (const answer of answers) if (!answer.ok) expect(answer.error).toBeInstanceOf(AppError)
      expect(bench.harness.count('deal')).toBe(answers.filter(({ ok }) => ok).length)
      for (const [index, answer] of answers.entries()) {
        if (answer.ok) expect((await read('deal', answer.id)).values.name).toBe(['First', 'Bad', 'Third'][index])
      }
    })

    test('are changed though one of them is refused', async () => {
      const [first, second, third] = [await deal(), await deal(), await deal()]
      const answers = await write(
        'deal',
        { id: first, values: { name: 'One' } },
        { id: second, values: { name: 'Bad', ...bench.harness.badDeal() } },
        { id: third, values: { name: 'Three' } },
      )
      expect(answers.map(({ ok }) => ok)).toEqual([true, false, true])
      const names = []
      for (const id of [first, second, third]) names.push((await read('deal', id)).values.name)
      expect(names).toEqual(['One', 'A red car', 'Three'])
    })

    test('that are none ask for nothing', async () => {
      expect(await bench.harness.adapter.write('contact', [], never)).toEqual([])
      expect((await bench.harness.adapter.findMarked('contact', [], bench.harness.clock.now(), never)).size).toBe(0)
    })
  })
}
