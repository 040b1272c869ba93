import { describe, expect, test } from 'vitest'
import { type CrmBench, never, written } from './bench.ts'
import { sampleValues } from './samples.ts'

/** What only deals have: a stage and a contact. */
export function deals(bench: CrmBench): void {
  const { marker, write, put, read, contact, deal, openStage, testUnless } = bench

  describe('a deal', () => {
    test('stands in the stage it is put into, in any pipeline, and is moved', async () => {
      const { pipelines } = await bench.harness.adapter.lists(never)
      const stages = pipelines.flatMap(({ id, stages }) => stages.map((stage) => `${id}/${stage.id}`))
      const id = await deal({ stage: await openStage(-1) })
      expect((await read('deal', id)).values.stage).toBe(await openStage(-1))
      for (const stage of stages) {
        await put('deal', { id, values: { stage } })
        expect((await read('deal', id)).values.stage).toBe(stage)
      }
      expect(bench.harness.refused()).toEqual([])
    })

    test('belongs to the contact that is there', async () => {
      const contactId = await contact()
      const id = await put('deal', {
        values: { name: 'A car', stage: await openStage() },
        contact: { id: contactId },
      })
      expect((await read('deal', id)).contactIds).toEqual([contactId])
      expect(bench.harness.count('contact')).toBe(1)
      await put('deal', { id, values: { name: 'A better car' } })
      expect((await read('deal', id)).contactIds).toEqual([contactId])
    })

    testUnless('dealsWithContacts', 'is made together with its contact, with all that both have', async () => {
      const fields = (await bench.harness.adapter.lists(never)).fields.contact
      const phone = sampleValues(
        fields.filter(({ key }) => key === 'phone'),
        1,
      )
      const one = (number: number) => ({
        values: { name: `Deal ${number}`, budget: 1000 + number, stage: '' },
        contact: { make: { marker: marker(), values: { name: `Person ${number}`, ...phone } } },
      })
      const stage = await openStage(1)
      const answers = await write(
        'deal',
        ...[1, 2].map((number) => ({ ...one(number), values: { ...one(number).values, stage } })),
      )
      for (const [index, answer] of answers.entries()) {
        const { id, contactId } = written([answer])
        expect(contactId).toBeDefined()
        const record = await read('deal', id)
        expect(record.values).toMatchObject({ name: `Deal ${index + 1}`, budget: 1001 + index, stage })
        expect(record.contactIds).toEqual([contactId])
        expect((await read('contact', contactId!)).values).toMatchObject({ name: `Person ${index + 1}`, ...phone })
      }
      expect([bench.harness.count('deal'), bench.harness.count('contact')]).toEqual([2, 2])
      expect(bench.harness.refused()).toEqual([])
    })
  })
}
