import { describe, expect, test } from 'vitest'
import type { CrmField, CrmValue } from '../../../src/sync/crm.ts'
import { type CrmBench, moment, never, written } from './bench.ts'
import { sampleValues } from './samples.ts'

/** What a contact and a deal have in common: they are written, read back, changed, given to users, found and heard of. */
export function records(bench: CrmBench): void {
  const { write, put, read, contact, deal, openStage, hear, testUnless } = bench

  describe.each(['contact', 'deal'] as const)('a %s', (entity) => {
    const make = (values: Record<string, CrmValue> = {}) => (entity === 'contact' ? contact(values) : deal(values))
    const fieldsToTry = async () => {
      const listed = (await bench.harness.adapter.lists(never)).fields[entity]
      return listed.filter(({ key, readOnly }) => !readOnly && !named.has(key))
    }

    test('is written with a value in each field, and read back the same', async () => {
      const fields = await fieldsToTry()
      const values = sampleValues(fields, 1)
      const before = bench.harness.count(entity)
      const id = await make(values)
      expect(bench.harness.count(entity)).toBe(before + 1)
      const record = await read(entity, id)
      expect(record).toMatchObject({ entity, id })
      expect(record.updatedAt).toBeInstanceOf(Date)
      expect(spelled(record.values, fields)).toEqual(spelled(values, fields))
      expect(record.values.name).toBe(entity === 'contact' ? 'Ann Example' : 'A red car')
      expect(bench.harness.refused()).toEqual([])
    })

    test('is changed in every field', async () => {
      const fields = await fieldsToTry()
      const id = await make(sampleValues(fields, 1))
      const values = { ...sampleValues(fields, 2), name: 'Another name' }
      await put(entity, { id, values })
      const record = await read(entity, id)
      expect(spelled(record.values, fields)).toEqual(spelled(values, fields))
      expect(record.values.name).toBe('Another name')
      expect(bench.harness.refused()).toEqual([])
    })

    test('is changed in nothing but what is named, and null empties a field', async () => {
      const fields = await fieldsToTry()
      const id = await make(sampleValues(fields, 1))
      for (const field of fields) {
        const before = (await read(entity, id)).values
        bench.harness.clock.advance(2000)
        await put(entity, { id, values: { [field.key]: null } })
        const after = (await read(entity, id)).values
        // A box that is not ticked is as good as empty, and so is a budget of nothing.
        const empty = field.type === 'boolean' || field.key === 'budget' ? [null, false, 0] : [null]
        expect(empty, field.key).toContain(after[field.key] ?? null)
        const others = fields.filter(({ key }) => key !== field.key)
        expect(spelled(after, others), field.key).toEqual(spelled(before, others))
        expect(after.name).toBe(before.name)
      }
      expect(bench.harness.refused()).toEqual([])
    })

    test('is changed at a moment that is told', async () => {
      const id = await make()
      const { updatedAt: made } = await read(entity, id)
      bench.harness.clock.advance(60_000)
      const answer = written(await write(entity, { id, values: { name: 'Later' } }))
      expect(answer.id).toBe(id)
      expect(answer.updatedAt.getTime()).toBeGreaterThan(made.getTime())
      expect((await read(entity, id)).updatedAt.getTime()).toBeGreaterThan(made.getTime())
    })

    test('is given to a user', async () => {
      const [first, second] = (await bench.harness.adapter.lists(never)).users
      const id = await make({ responsible: first!.id })
      expect((await read(entity, id)).values.responsible).toBe(first!.id)
      await put(entity, { id, values: { responsible: second!.id } })
      expect((await read(entity, id)).values.responsible).toBe(second!.id)
      expect(bench.harness.refused()).toEqual([])
    })

    testUnless('tags', 'has tags added and removed, the others staying', async () => {
      const own = entity === 'deal' ? { contact: { id: await contact() } } : {}
      const values = { name: 'Tagged', ...(entity === 'deal' && { stage: await openStage() }) }
      const id = await put(entity, { values, addTags: ['VIP', 'из чата'], ...own })
      expect((await read(entity, id)).tags.sort()).toEqual(['VIP', 'из чата'].sort())
      await put(entity, { id, values: {}, addTags: ['new'] })
      await put(entity, { id, values: {}, addTags: ['late'], removeTags: ['VIP', 'never there'] })
      expect((await read(entity, id)).tags.sort()).toEqual(['late', 'new', 'из чата'].sort())
      await put(entity, { id, values: { name: 'Still tagged' } })
      expect((await read(entity, id)).tags).toHaveLength(3)
      expect(bench.harness.refused()).toEqual([])
    })

    test('is left out of what is read once it is gone', async () => {
      const [gone, there] = [await make(), await make()]
      await bench.harness.remove(entity, gone)
      const ids = (await bench.harness.adapter.read(entity, [{ id: gone }, { id: there }], never)).map(({ id }) => id)
      expect(ids).toEqual([there])
      await bench.harness.remove(entity, there)
      expect(await bench.harness.adapter.read(entity, [{ id: there }], never)).toEqual([])
      expect(await bench.harness.adapter.read(entity, [], never)).toEqual([])
    })

    test('that was changed by hand is found by when it was, the newest first', async () => {
      const [untouched, first, second] = [await make(), await make(), await make()]
      bench.harness.clock.advance(60_000)
      const since = bench.harness.clock.now()
      bench.harness.clock.advance(5000)
      await bench.harness.rename(entity, first, 'Changed first')
      bench.harness.clock.advance(5000)
      await bench.harness.rename(entity, second, 'Changed second')
      const changed = await bench.harness.adapter.changedSince(entity, since, 10, never)
      expect(changed.map(({ id }) => id)).toEqual([second, first])
      expect(changed[0]!.updatedAt > changed[1]!.updatedAt).toBe(true)
      expect(changed.map(({ id }) => id)).not.toContain(untouched)
      expect((await bench.harness.adapter.changedSince(entity, since, 1, never)).map(({ id }) => id)).toEqual([second])
      expect((await read(entity, second)).values.name).toBe('Changed second')
      bench.harness.clock.advance(60_000)
      expect(await bench.harness.adapter.changedSince(entity, bench.harness.clock.now(), 10, never)).toEqual([])
    })

    testUnless('hooks', 'is told of by the hook when it was changed there', async () => {
      const id = await make()
      const heard = await hear(await bench.harness.rename(entity, id, 'Changed by hand'))
      expect(heard).toContainEqual(expect.objectContaining({ entity, id }))
      expect(heard.filter(({ deleted }) => deleted)).toEqual([])
    })

    testUnless('removedHook', 'is told of by the hook when it was deleted there', async () => {
      const id = await make()
      expect(await hear(await bench.harness.remove(entity, id))).toContainEqual(
        expect.objectContaining({ entity, id, deleted: true }),
      )
    })
  })
}

/** Fields that are tried by themselves. */
const named = new Set(['name', 'first_name', 'last_name', 'stage', 'responsible'])

/** The values of these fields, moments in one spelling, none as null, a box that nobody ticked as false. */
function spelled(values: Record<string, CrmValue>, fields: CrmField[]): Record<string, CrmValue> {
  return Object.fromEntries(
    fields.map(({ key, type }) => {
      const value = values[key] ?? (type === 'boolean' ? false : null)
      return [key, type === 'datetime' && value !== null ? moment(value) : value]
    }),
  )
}
