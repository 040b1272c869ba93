import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { HookRequest } from '../../src/conversations/channel.ts'
import type { VirtualClock } from '../../src/platform/clock.ts'
import { AppError } from '../../src/platform/errors.ts'
import type { CrmAdapter, CrmEntity, CrmField, CrmRecord, CrmValue, CrmWrite, CrmWritten } from '../../src/sync/crm.ts'
import { sampleValues } from './crm-samples.ts'

/**
 * What can go wrong with the next request: the vendor wants rest; the connection breaks before the vendor has done anything; it breaks
 * after all was done, so the answer is lost; it is never answered; the account does not let us in any more.
 */
export type CrmFault = 'rate_limit' | 'drop' | 'lost' | 'hang' | 'unauthenticated'

/** One adapter with a double of its vendor, where an account is connected that has two pipelines, two users, and fields of its own. */
export interface CrmHarness {
  adapter: CrmAdapter
  /** The clock that adapter and double both go by. */
  clock: VirtualClock
  /** Gives another name to a contact or deal there, or another text to a note or task, as a user of the CRM does: the vendor's requests to our hook. */
  rename(entity: CrmEntity, id: string, text: string): Promise<HookRequest[]>
  /** Deletes it there, likewise. */
  remove(entity: CrmEntity, id: string): Promise<HookRequest[]>
  /** A user writes a note there, likewise. */
  addNote?(
    on: { entity: 'contact' | 'deal'; id: string },
    text: string,
  ): Promise<{ id: string; requests: HookRequest[] }>
  /** A request to our hook that does not come from the vendor. */
  forge?(): HookRequest
  /** Makes the next request fail, whatever it is. */
  fail(fault: CrmFault): void
  /** Values of a deal that the vendor refuses, such as a stage that is not there. */
  badDeal(): Record<string, CrmValue>
  /** How many of them stand there. */
  count(entity: CrmEntity): number
  /** The addresses that the vendor tells of changes; absent where that is set up by hand. */
  hooks?(): string[]
  /** What the double refused because it broke the vendor's rules. */
  refused(): unknown[]
  /** Connections that the adapter holds open to the double. */
  connections(): Promise<number>
  /** Ends the double; the adapter is closed already. */
  stop(): Promise<void>
}

/** A part of the contract that a CRM may not be able to keep. */
export type CrmPart =
  | 'notes'
  | 'tasks'
  | 'tags'
  | 'hooks'
  | 'search'
  | 'dealsWithContacts'
  | 'forge'
  | 'removedHook'
  | 'noteHook'
  | 'connections'
  | CrmFault

export interface CrmContract {
  name: string
  make(): Promise<CrmHarness>
  /** Parts that this CRM cannot have, each with its reason; they are printed. */
  cannot?: Partial<Record<CrmPart, string>>
}

/** What every CRM must do, whatever its vendor: run by each adapter against its double. */
export function crmContract({ name, make, cannot = {} }: CrmContract): void {
  for (const [part, reason] of Object.entries(cannot)) {
    process.stdout.write(`The CRM contract of ${name} leaves out ${part}: ${reason}\n`)
  }
  const testUnless = (part: CrmPart, title: string, body: () => Promise<void>) => {
    if (cannot[part] === undefined) test(title, body)
  }

  describe(`${name} keeps the CRM contract`, () => {
    let harness: CrmHarness
    let closed = false
    let marks = 0

    beforeEach(async () => {
      closed = false
      harness = await make()
      await harness.adapter.connect(never)
    })
    afterEach(async () => {
      if (!closed) await harness.adapter.close()
      await harness.stop()
    })

    const marker = () => `parley-contract-${++marks}`
    const write = (entity: CrmEntity, ...writes: Omit<CrmWrite, 'marker'>[]) =>
      harness.adapter.write(
        entity,
        writes.map((each) => ({ marker: marker(), ...each })),
        never,
      )
    /** Writes one and gives its id. */
    const put = async (entity: CrmEntity, one: Omit<CrmWrite, 'marker'> & { marker?: string }) =>
      written(await harness.adapter.write(entity, [{ marker: marker(), ...one }], never)).id
    const read = async (entity: CrmEntity, id: string, on?: CrmRecord['on']) => {
      const [record] = await harness.adapter.read(entity, [{ id, ...(on && { on }) }], never)
      if (!record) throw new Error(`There is no ${entity} ${id}.`)
      return record
    }
    const contact = (values: Record<string, CrmValue> = {}) =>
      put('contact', { values: { name: 'Ann Example', ...values } })
    const deal = async (values: Record<string, CrmValue> = {}) => {
      const stage = await openStage()
      return put('deal', { values: { name: 'A red car', stage, ...values }, contact: { id: await contact() } })
    }
    const openStage = async (index = 0) => {
      const { pipelines } = await harness.adapter.lists(never)
      const stages = pipelines.flatMap(({ id, stages }) =>
        stages.filter(({ type }) => type === 'open').map((stage) => `${id}/${stage.id}`),
      )
      return stages.at(index)!
    }
    const hear = async (requests: HookRequest[]) => {
      const heard = []
      for (const request of requests) {
        const received = await harness.adapter.receive(request)
        expect(received.response.status).toBeGreaterThanOrEqual(200)
        expect(received.response.status).toBeLessThan(300)
        heard.push(...received.heard)
      }
      return heard
    }

    describe('connecting', () => {
      test('tells what the account is called, and may be repeated', async () => {
        const { account } = await harness.adapter.connect(never)
        expect(account).not.toBe('')
        expect(await harness.adapter.connect(never)).toEqual({ account })
        if (harness.hooks) expect(harness.hooks()).toHaveLength(harness.adapter.abilities().hooks ? 1 : 0)
        expect(harness.refused()).toEqual([])
      })

      test('tells what it can do as this contract was told', () => {
        const abilities = harness.adapter.abilities()
        expect(abilities.batch).toBeGreaterThan(0)
        for (const part of ['notes', 'tasks', 'tags', 'hooks', 'dealsWithContacts'] as const) {
          expect(abilities[part], part).toBe(cannot[part] === undefined)
        }
        expect(harness.adapter.findContact !== undefined).toBe(cannot.search === undefined)
      })

      test('takes back the hook when it is disconnected, and may be connected again', async () => {
        await harness.adapter.disconnect(never)
        expect(harness.hooks?.() ?? []).toEqual([])
        await harness.adapter.connect(never)
        expect(harness.refused()).toEqual([])
      })

      testUnless('unauthenticated', 'tells that the account has to be connected again', async () => {
        harness.fail('unauthenticated')
        expect(await failure(harness.adapter.connect(never))).toMatchObject({
          code: 'unauthenticated',
          retryable: false,
        })
      })
    })

    test('lists what the account has to choose from', async () => {
      const { pipelines, users, fields } = await harness.adapter.lists(never)
      expect(pipelines.length).toBeGreaterThanOrEqual(2)
      expect(unique(pipelines.map(({ id }) => id))).toBe(true)
      for (const { name, stages } of pipelines) {
        expect(name).not.toBe('')
        expect(unique(stages.map(({ id }) => id))).toBe(true)
        expect(new Set(stages.map(({ type }) => type))).toEqual(new Set(['open', 'won', 'lost']))
      }
      expect(users.length).toBeGreaterThanOrEqual(2)
      expect(unique(users.map(({ id }) => id))).toBe(true)
      for (const entity of ['contact', 'deal'] as const) {
        expect(unique(fields[entity].map(({ key }) => key))).toBe(true)
        for (const field of fields[entity]) expect(fieldFault(field), field.key).toBeUndefined()
      }
      expect(fields.deal.map(({ key }) => key)).toEqual(expect.arrayContaining(['name', 'budget']))
      expect(fields.contact.map(({ key }) => key)).toEqual(expect.arrayContaining(['name', 'phone', 'email']))
      expect(harness.refused()).toEqual([])
    })

    describe.each(['contact', 'deal'] as const)('a %s', (entity) => {
      const make = (values: Record<string, CrmValue> = {}) => (entity === 'contact' ? contact(values) : deal(values))
      const fieldsToTry = async () => {
        const listed = (await harness.adapter.lists(never)).fields[entity]
        return listed.filter(({ key, readOnly }) => !readOnly && !named.has(key))
      }

      test('is written with a value in each field, and read back the same', async () => {
        const fields = await fieldsToTry()
        const values = sampleValues(fields, 1)
        const before = harness.count(entity)
        const id = await make(values)
        expect(harness.count(entity)).toBe(before + 1)
        const record = await read(entity, id)
        expect(record).toMatchObject({ entity, id })
        expect(record.updatedAt).toBeInstanceOf(Date)
        expect(spelled(record.values, fields)).toEqual(spelled(values, fields))
        expect(record.values.name).toBe(entity === 'contact' ? 'Ann Example' : 'A red car')
        expect(harness.refused()).toEqual([])
      })

      test('is changed in every field', async () => {
        const fields = await fieldsToTry()
        const id = await make(sampleValues(fields, 1))
        const values = { ...sampleValues(fields, 2), name: 'Another name' }
        await put(entity, { id, values })
        const record = await read(entity, id)
        expect(spelled(record.values, fields)).toEqual(spelled(values, fields))
        expect(record.values.name).toBe('Another name')
        expect(harness.refused()).toEqual([])
      })

      test('is changed in nothing but what is named, and null empties a field', async () => {
        const fields = await fieldsToTry()
        const id = await make(sampleValues(fields, 1))
        for (const field of fields) {
          const before = (await read(entity, id)).values
          harness.clock.advance(2000)
          await put(entity, { id, values: { [field.key]: null } })
          const after = (await read(entity, id)).values
          // A box that is not ticked is as good as empty, and so is a budget of nothing.
          const empty = field.type === 'boolean' || field.key === 'budget' ? [null, false, 0] : [null]
          expect(empty, field.key).toContain(after[field.key] ?? null)
          const others = fields.filter(({ key }) => key !== field.key)
          expect(spelled(after, others), field.key).toEqual(spelled(before, others))
          expect(after.name).toBe(before.name)
        }
        expect(harness.refused()).toEqual([])
      })

      test('is changed at a moment that is told', async () => {
        const id = await make()
        const { updatedAt: made } = await read(entity, id)
        harness.clock.advance(60_000)
        const answer = written(await write(entity, { id, values: { name: 'Later' } }))
        expect(answer.id).toBe(id)
        expect(answer.updatedAt.getTime()).toBeGreaterThan(made.getTime())
        expect((await read(entity, id)).updatedAt.getTime()).toBeGreaterThan(made.getTime())
      })

      test('is given to a user', async () => {
        const [first, second] = (await harness.adapter.lists(never)).users
        const id = await make({ responsible: first!.id })
        expect((await read(entity, id)).values.responsible).toBe(first!.id)
        await put(entity, { id, values: { responsible: second!.id } })
        expect((await read(entity, id)).values.responsible).toBe(second!.id)
        expect(harness.refused()).toEqual([])
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
        expect(harness.refused()).toEqual([])
      })

      test('is left out of what is read once it is gone', async () => {
        const [gone, there] = [await make(), await make()]
        await harness.remove(entity, gone)
        const ids = (await harness.adapter.read(entity, [{ id: gone }, { id: there }], never)).map(({ id }) => id)
        expect(ids).toEqual([there])
        await harness.remove(entity, there)
        expect(await harness.adapter.read(entity, [{ id: there }], never)).toEqual([])
        expect(await harness.adapter.read(entity, [], never)).toEqual([])
      })

      test('that was changed by hand is found by when it was, the newest first', async () => {
        const [untouched, first, second] = [await make(), await make(), await make()]
        harness.clock.advance(60_000)
        const since = harness.clock.now()
        harness.clock.advance(5000)
        await harness.rename(entity, first, 'Changed first')
        harness.clock.advance(5000)
        await harness.rename(entity, second, 'Changed second')
        const changed = await harness.adapter.changedSince(entity, since, 10, never)
        expect(changed.map(({ id }) => id)).toEqual([second, first])
        expect(changed[0]!.updatedAt > changed[1]!.updatedAt).toBe(true)
        expect(changed.map(({ id }) => id)).not.toContain(untouched)
        expect((await harness.adapter.changedSince(entity, since, 1, never)).map(({ id }) => id)).toEqual([second])
        expect((await read(entity, second)).values.name).toBe('Changed second')
        harness.clock.advance(60_000)
        expect(await harness.adapter.changedSince(entity, harness.clock.now(), 10, never)).toEqual([])
      })

      testUnless('hooks', 'is told of by the hook when it was changed there', async () => {
        const id = await make()
        const heard = await hear(await harness.rename(entity, id, 'Changed by hand'))
        expect(heard).toContainEqual(expect.objectContaining({ entity, id }))
        expect(heard.filter(({ deleted }) => deleted)).toEqual([])
      })

      testUnless('removedHook', 'is told of by the hook when it was deleted there', async () => {
        const id = await make()
        expect(await hear(await harness.remove(entity, id))).toContainEqual(
          expect.objectContaining({ entity, id, deleted: true }),
        )
      })
    })

    test('a contact has first and last name where the CRM has both', async () => {
      const keys = (await harness.adapter.lists(never)).fields.contact.map(({ key }) => key)
      if (!keys.includes('first_name')) return
      const id = await put('contact', { values: { first_name: 'Анна', last_name: 'Петрова' } })
      expect((await read('contact', id)).values).toMatchObject({ first_name: 'Анна', last_name: 'Петрова' })
      await put('contact', { id, values: { last_name: 'Иванова' } })
      expect((await read('contact', id)).values).toMatchObject({ first_name: 'Анна', last_name: 'Иванова' })
    })

    test('a phone or e-mail is written with its kind where the CRM has kinds', async () => {
      const { contact: fields } = (await harness.adapter.lists(never)).fields
      for (const { key, variants = [], multiple } of fields) {
        const kind = variants.at(-1)
        if (kind === undefined || !multiple) continue
        const [one, other] = key === 'email' ? ['a@example.com', 'b@example.com'] : ['+15550100', '+15550101']
        const id = await contact({ [`${key}:${kind}`]: [one!] })
        expect((await read('contact', id)).values).toMatchObject({ [key]: [one], [`${key}:${kind}`]: [one] })
        await put('contact', { id, values: { [key]: [one!, other!] } })
        const { values } = await read('contact', id)
        expect(values[key]).toEqual([one, other])
        expect(values[`${key}:${kind}`], 'the kind of what stays').toContain(one)
      }
      expect(harness.refused()).toEqual([])
    })

    describe('a deal', () => {
      test('stands in the stage it is put into, in any pipeline, and is moved', async () => {
        const { pipelines } = await harness.adapter.lists(never)
        const stages = pipelines.flatMap(({ id, stages }) => stages.map((stage) => `${id}/${stage.id}`))
        const id = await deal({ stage: await openStage(-1) })
        expect((await read('deal', id)).values.stage).toBe(await openStage(-1))
        for (const stage of stages) {
          await put('deal', { id, values: { stage } })
          expect((await read('deal', id)).values.stage).toBe(stage)
        }
        expect(harness.refused()).toEqual([])
      })

      test('belongs to the contact that is there', async () => {
        const contactId = await contact()
        const id = await put('deal', {
          values: { name: 'A car', stage: await openStage() },
          contact: { id: contactId },
        })
        expect((await read('deal', id)).contactIds).toEqual([contactId])
        expect(harness.count('contact')).toBe(1)
        await put('deal', { id, values: { name: 'A better car' } })
        expect((await read('deal', id)).contactIds).toEqual([contactId])
      })

      testUnless('dealsWithContacts', 'is made together with its contact, with all that both have', async () => {
        const fields = (await harness.adapter.lists(never)).fields.contact
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
        expect([harness.count('deal'), harness.count('contact')]).toEqual([2, 2])
        expect(harness.refused()).toEqual([])
      })
    })

    describe('several at once', () => {
      test('are answered in their order, as many as a batch may hold', async () => {
        const size = Math.min(harness.adapter.abilities().batch, 50)
        const numbers = Array.from({ length: size }, (_, index) => index)
        const made = await write('contact', ...numbers.map((number) => ({ values: { name: `Contact ${number}` } })))
        const ids = made.map((answer) => written([answer]).id)
        expect(unique(ids)).toBe(true)
        const changed = await write(
          'contact',
          ...[...ids].reverse().map((id) => ({ id, values: { name: `Changed ${id}` } })),
        )
        expect(changed.map((answer) => written([answer]).id)).toEqual([...ids].reverse())
        const records = await harness.adapter.read(
          'contact',
          ids.map((id) => ({ id })),
          never,
        )
        expect(new Map(records.map(({ id, values }) => [id, values.name]))).toEqual(
          new Map(ids.map((id) => [id, `Changed ${id}`])),
        )
        expect(harness.count('contact')).toBe(size)
        expect(harness.refused()).toEqual([])
      })

      test('are done though one of them is refused', async () => {
        const stage = await openStage()
        const contactId = await contact()
        const one = (values: Record<string, CrmValue>) => ({ values: { stage, ...values }, contact: { id: contactId } })
        const answers = await write(
          'deal',
          ...[one({ name: 'First' }), one({ name: 'Bad', ...harness.badDeal() }), one({ name: 'Third' })].slice(
            0,
            harness.adapter.abilities().batch,
          ),
        )
        expect(answers.map(({ ok }) => ok)).toEqual([true, false, true].slice(0, answers.length))
        for (const answer of answers) if (!answer.ok) expect(answer.error).toBeInstanceOf(AppError)
        expect(harness.count('deal')).toBe(answers.filter(({ ok }) => ok).length)
        for (const [index, answer] of answers.entries()) {
          if (answer.ok) expect((await read('deal', answer.id)).values.name).toBe(['First', 'Bad', 'Third'][index])
        }
      })

      test('are changed though one of them is refused', async () => {
        const [first, second, third] = [await deal(), await deal(), await deal()]
        const answers = await write(
          'deal',
          { id: first, values: { name: 'One' } },
          { id: second, values: { name: 'Bad', ...harness.badDeal() } },
          { id: third, values: { name: 'Three' } },
        )
        expect(answers.map(({ ok }) => ok)).toEqual([true, false, true])
        const names = []
        for (const id of [first, second, third]) names.push((await read('deal', id)).values.name)
        expect(names).toEqual(['One', 'A red car', 'Three'])
      })

      test('that are none ask for nothing', async () => {
        expect(await harness.adapter.write('contact', [], never)).toEqual([])
        expect((await harness.adapter.findMarked('contact', [], harness.clock.now(), never)).size).toBe(0)
      })
    })

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
        expect(harness.count(entity)).toBe(2)
        expect(harness.refused()).toEqual([])
      })

      testUnless(part, 'is changed', async () => {
        const on = { entity: 'deal' as const, id: await deal() }
        const id = await put(entity, { values: values('Before'), on })
        await put(entity, { id, values: { text: 'After' }, on })
        expect((await read(entity, id, on)).values.text).toBe('After')
        expect(harness.refused()).toEqual([])
      })

      testUnless(part, 'is found by its marker when the answer was lost, and made once', async () => {
        const on = { entity: 'deal' as const, id: await deal() }
        await put(entity, { values: values('An older one'), on })
        await findsLost(entity, { values: values('The lost one'), on }, { on })
      })
    })

    testUnless('tasks', 'a task is given to a user and done', async () => {
      const [, second] = (await harness.adapter.lists(never)).users
      const on = { entity: 'deal' as const, id: await deal() }
      const values = { text: 'Call', due_at: '2026-12-24T15:30:00.000Z', responsible: second!.id }
      const id = await put('task', { values, on })
      expect((await read('task', id, on)).values).toMatchObject({ responsible: second!.id, done: false })
      await put('task', { id, values: { done: true }, on })
      expect((await read('task', id, on)).values).toMatchObject({ done: true, text: 'Call' })
      expect(harness.refused()).toEqual([])
    })

    testUnless('noteHook', 'a note that is written there is told of by the hook', async () => {
      const on = { entity: 'deal' as const, id: await deal() }
      const { id, requests } = await harness.addNote!(on, 'By a manager')
      const heard = (await hear(requests)).find((each) => each.entity === 'note' && each.id === id)
      expect(heard).toBeDefined()
      expect((await read('note', id, heard?.on ?? on)).values.text).toBe('By a manager')
    })

    /** Writes so that the answer is lost, and finds what was made by its marker. */
    async function findsLost(
      entity: CrmEntity,
      one: Omit<CrmWrite, 'marker'>,
      mark: { on?: CrmRecord['on'] } = {},
    ): Promise<{ id: string; contactId?: string }> {
      const ours = marker()
      const contactMarker = one.contact && 'make' in one.contact ? one.contact.make.marker : undefined
      harness.clock.advance(60_000)
      const since = harness.clock.now()
      const before = harness.count(entity)
      harness.clock.advance(2000)
      if (cannot.lost === undefined) {
        harness.fail('lost')
        const error = await failure(harness.adapter.write(entity, [{ ...one, marker: ours }], never))
        expect(['unavailable', 'timeout']).toContain(error.code)
      } else await put(entity, { ...one, marker: ours })
      expect(harness.count(entity)).toBe(before + 1)
      const marks = [
        { marker: ours, ...mark, ...(contactMarker && { contactMarker }) },
        { marker: 'parley-never-made', ...mark },
      ]
      const found = await harness.adapter.findMarked(entity, marks, since, never)
      expect([...found.keys()]).toEqual([ours])
      harness.clock.advance(60_000)
      const later = await harness.adapter.findMarked(entity, marks, harness.clock.now(), never)
      expect(later.size, 'nothing older than the moment is found').toBe(0)
      expect(harness.refused()).toEqual([])
      return found.get(ours)!
    }

    describe('what was made without an answer', () => {
      test('is found again: a contact', async () => {
        await contact({ name: 'An older one' })
        const { id } = await findsLost('contact', { values: { name: 'The lost one' } })
        expect((await read('contact', id)).values.name).toBe('The lost one')
      })

      test('is found again: a deal', async () => {
        const values = { name: 'The lost deal', stage: await openStage() }
        const { id } = await findsLost('deal', { values, contact: { id: await contact() } })
        expect((await read('deal', id)).values.name).toBe('The lost deal')
      })

      testUnless('dealsWithContacts', 'is found again: a deal with its contact', async () => {
        const values = { name: 'The lost deal', stage: await openStage() }
        const make = { marker: marker(), values: { name: 'The lost person' } }
        const { id, contactId } = await findsLost('deal', { values, contact: { make } })
        expect((await read('deal', id)).contactIds).toEqual([contactId])
        expect((await read('contact', contactId!)).values.name).toBe('The lost person')
      })

      test('is the newest of those with the same marker', async () => {
        const same = marker()
        const since = harness.clock.now()
        await put('contact', { marker: same, values: { name: 'Old' } })
        harness.clock.advance(10_000)
        const newer = await put('contact', { marker: same, values: { name: 'New' } })
        const found = await harness.adapter.findMarked('contact', [{ marker: same }], since, never)
        expect(found.get(same)?.id).toBe(newer)
      })
    })

    testUnless('search', 'a contact is found by any of its phones and e-mails', async () => {
      const find = (phones: string[], emails: string[]) => harness.adapter.findContact!({ phones, emails }, never)
      const id = await contact({ phone: ['+79161234567'], email: ['ann@example.com'] })
      await contact({ phone: ['+79161234568'], email: ['bob@example.com'] })
      expect(await find(['+79161234567'], [])).toBe(id)
      expect(await find([], ['ann@example.com'])).toBe(id)
      expect(await find(['+79990000000', '+79161234567'], ['nobody@example.com'])).toBe(id)
      expect(await find(['+79990000000'], ['nobody@example.com'])).toBeUndefined()
      expect(await find([], [])).toBeUndefined()
      expect(harness.refused()).toEqual([])
    })

    testUnless('forge', 'a request to the hook that the vendor did not send is refused', async () => {
      const forged = (async () => harness.adapter.receive(harness.forge!()))()
      expect(await failure(forged)).toMatchObject({ code: 'unauthenticated' })
    })

    testUnless('hooks', 'a request to the hook that makes no sense is heard as nothing, or refused', async () => {
      const [request] = await harness.rename('contact', await contact(), 'Anna')
      const senseless = new TextEncoder().encode('{"leads[[": [{]&&=%ff')
      const heard = await harness.adapter.receive({ ...request!, body: senseless }).then(
        (received) => received.heard,
        (error: unknown) => {
          expect(error).toBeInstanceOf(AppError)
          return []
        },
      )
      expect(heard).toEqual([])
    })

    describe('when something goes wrong', () => {
      testUnless('rate_limit', 'tells how long the vendor wants rest, and goes on after it', async () => {
        const before = harness.count('contact')
        harness.fail('rate_limit')
        const error = await failure(write('contact', { values: { name: 'Too soon' } }))
        expect(error).toMatchObject({ code: 'rate_limited', retryable: true })
        expect(error.retryAfterMs).toBeGreaterThan(0)
        expect(harness.count('contact')).toBe(before)
        harness.clock.advance(error.retryAfterMs!)
        await contact()
        expect(harness.count('contact')).toBe(before + 1)
      })

      testUnless('drop', 'tells a broken connection as one, and goes on after it', async () => {
        harness.fail('drop')
        const error = await failure(write('contact', { values: { name: 'Cut off' } }))
        expect(['unavailable', 'timeout']).toContain(error.code)
        expect(harness.count('contact')).toBe(0)
        await contact()
        expect(harness.count('contact')).toBe(1)
      })

      testUnless('hang', 'ends a call that is not answered when it is told to', async () => {
        const ending = new AbortController()
        harness.fail('hang')
        const attempt = harness.adapter.write(
          'contact',
          [{ marker: marker(), values: { name: 'Slow' } }],
          ending.signal,
        )
        setTimeout(() => ending.abort(), 20)
        expect(['unavailable', 'timeout']).toContain((await failure(attempt)).code)
        await contact()
        expect(harness.count('contact')).toBe(1)
      })

      test('does nothing when a call was ended before it began', async () => {
        const ended = AbortSignal.abort()
        await failure(harness.adapter.write('contact', [{ marker: marker(), values: { name: 'Too late' } }], ended))
        await failure(harness.adapter.lists(ended))
        expect(harness.count('contact')).toBe(0)
      })
    })

    test('lets go of everything when it is closed', async () => {
      const timers = activeTimers()
      await contact()
      await harness.adapter.close()
      closed = true
      if (cannot.connections === undefined) await expect.poll(() => harness.connections()).toBe(0)
      // A pool of connections looks at its own timer twice a second before it lets it go. Not by `poll`, which has a timer itself.
      for (let looks = 0; looks < 60 && activeTimers() > timers; looks++) await sleep(50)
      expect(activeTimers()).toBeLessThanOrEqual(timers)
    })
  })
}

/** No call of these tests is ended by it. */
const never = new AbortController().signal
/** Fields that are tried by themselves. */
const named = new Set(['name', 'first_name', 'last_name', 'stage', 'responsible'])

function written(answers: CrmWritten[]) {
  expect(answers).toHaveLength(1)
  const [answer] = answers
  if (!answer?.ok) throw answer?.error ?? new Error('There is no answer.')
  expect(answer.id).not.toBe('')
  return answer
}

async function failure(attempt: Promise<unknown>): Promise<AppError> {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(AppError)
  return error as AppError
}

function unique(ids: string[]): boolean {
  return new Set(ids).size === ids.length && ids.every((id) => id !== '')
}

function fieldFault({ title, type, choices, variants, multiple }: CrmField): string | undefined {
  if (title === '') return 'has no title'
  const chosen = type === 'choice' || type === 'choices'
  if (chosen && (!choices || choices.length === 0 || !unique(choices))) return 'has no choices, or one twice'
  if (!chosen && choices) return 'has choices though nothing is chosen'
  if (variants && !unique(variants)) return 'has a kind twice'
  return multiple && type !== 'phone' && type !== 'email' ? 'has several values, though no phone or e-mail' : undefined
}

/** The values of these fields, moments in one spelling, none as null, a box that nobody ticked as false. */
function spelled(values: Record<string, CrmValue>, fields: CrmField[]): Record<string, CrmValue> {
  return Object.fromEntries(
    fields.map(({ key, type }) => {
      const value = values[key] ?? (type === 'boolean' ? false : null)
      return [key, type === 'datetime' && value !== null ? moment(value) : value]
    }),
  )
}

function moment(value: CrmValue | undefined): string {
  return new Date(String(value)).toISOString()
}

function activeTimers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
}
