import { describe, expect } from 'vitest'
import type { CrmValue } from '../../../src/sync/crm.ts'
import { type CrmBench, moment, never } from './bench.ts'
import { findsLost } from './lost-answers.ts'

/** Notes and tasks, which stand on a deal or a contact. */
export function notesAndTasks(bench: CrmBench): void {
  const { put, read, contact, deal, hear, testUnless } = bench

  describe.each(['note', 'task'] as const)('a %s', (entity) => {
    const values = (text: string): Record<string, CrmValue> =>
      entity === 'note' ? { text } : { text, due_at: '2026-12-24T15:30:00.000Z' }
    const part = entity === 'note' ? 'notes' : 'tasks'

    testUnless(part, 'is written to a deal and to a contact, and read back the same', async () => {
      const places = [
        { entity: 'deal' as const, id: await deal() },
        { entity: 'contact' as const, id: await contact() },
      ]
      const text = 'Called back.\nShe wants the "red" one & asks for <b>more</b>; цена 100 %.'
      for (const on of places) {
        const id = await put(entity, { values: values(text), on })
        const record = await read(entity, id, on)
        expect(record).toMatchObject({ entity, id, on })
        expect(record.values.text).toBe(text)
        if (entity === 'task') expect(moment(record.values.due_at)).toBe(moment('2026-12-24T15:30:00Z'))
      }
      expect(bench.harness.count(entity)).toBe(2)
      expect(bench.harness.refused()).toEqual([])
    })

    testUnless(part, 'is changed', async () => {
      const on = { entity: 'deal' as const, id: await deal() }
      const id = await put(entity, { values: values('Before'), on })
      await put(entity, { id, values: { text: 'After' }, on })
      expect((await read(entity, id, on)).values.text).toBe('After')
      expect(bench.harness.refused()).toEqual([])
    })

    testUnless(part, 'is found by its marker when the answer was lost, and made once', async () => {
      const on = { entity: 'deal' as const, id: await deal() }
      await put(entity, { values: values('An older one'), on })
      await findsLost(bench, entity, { values: values('The lost one'), on }, { on })
    })
  })

  testUnless('tasks', 'a task is given to a user and done', async () => {
    const [, second] = (await bench.harness.adapter.lists(never)).users
    const on = { entity: 'deal' as const, id: await deal() }
    const values = { text: 'Call', due_at: '2026-12-24T15:30:00.000Z', responsible: second!.id }
    const id = await put('task', { values, on })
    expect((await read('task', id, on)).values).toMatchObject({ responsible: second!.id, done: false })
    await put('task', { id, values: { done: true }, on })
    expect((await read('task', id, on)).values).toMatchObject({ done: true, text: 'Call' })
    expect(bench.harness.refused()).toEqual([])
  })

  testUnless('noteHook', 'a note that is written there is told of by the hook', async () => {
    const on = { entity: 'deal' as const, id: await deal() }
    const { id, requests } = await bench.harness.addNote!(on, 'By a manager')
    const heard = (await hear(requests)).find((each) => each.entity === 'note' && each.id === id)
    expect(heard).toBeDefined()
    expect((await read('note', id, heard?.on ?? on)).values.text).toBe('By a manager')
  })
}
