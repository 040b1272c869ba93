import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { decodeFields } from '../../../../adapters/amocrm/fields/decode.ts'
import { type CustomField, leadPayload, taskPayload } from '../../../../adapters/amocrm/payload.ts'
import { leadRecord, taskRecord } from '../../../../adapters/amocrm/read/records.ts'
import type { CrmRecord, CrmValue } from '../../../../src/sync/crm.ts'
import { fieldNamed, never, startAccount, type TestAccount } from './account.ts'

let account: TestAccount | undefined
afterEach(async () => {
  await account?.stop()
  account = undefined
})

async function start(options: Parameters<typeof startAccount>[0] = {}) {
  account = await startAccount(options)
  const { double, adapter, context } = account
  await adapter.connect(never)
  const write = (values: Record<string, CrmValue>, id?: string) =>
    adapter.write('contact', [{ marker: 'm', values, ...(id !== undefined && { id }) }], never)
  const put = async (values: Record<string, CrmValue>, id?: string): Promise<string> => {
    const [answer] = await write(values, id)
    if (!answer?.ok) throw answer?.error
    return answer.id
  }
  const read = async (id: string): Promise<CrmRecord> => (await adapter.read('contact', [{ id }], never))[0]!
  return { double, adapter, context, write, put, read, field: (name: string) => fieldNamed(double, 'contacts', name) }
}

const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/amocrm/${name}.json`, import.meta.url), 'utf8'))

describe('what the vendor shows in its documentation is read', () => {
  test('a deal', () => {
    const { answer } = fixture('docs-lead')
    const field: CustomField = { id: 1278898021, name: 'Кастомное поле', type: 'date' }
    expect(leadRecord(leadPayload.parse(answer), { fields: [field], zone: 'America/Sao_Paulo' })).toEqual({
      entity: 'deal',
      id: '17657',
      values: {
        name: 'Тестовая сделка',
        budget: 25_000,
        stage: '1113/2030',
        responsible: '321123',
        '1278898021': '2020-05-08',
      },
      tags: ['Тег для примера'],
      updatedAt: new Date('2020-04-30T10:14:03Z'),
      contactIds: [],
    })
  })

  test('a task', () => {
    expect(taskRecord(taskPayload.parse(fixture('docs-task').answer))).toEqual({
      entity: 'task',
      id: '56981',
      values: {
        text: 'Назначить встречу с клиентом',
        due_at: '2019-12-09T16:53:43.000Z',
        done: true,
        responsible: '123123',
      },
      tags: [],
      updatedAt: new Date('2019-12-19T15:06:29Z'),
      on: { entity: 'deal', id: '180765' },
    })
  })
})

describe('days', () => {
  // 1717642800 is 2024-06-06 as an account in São Paulo told it (community.make.com/t/41286); the others are midnight in their zones.
  test.each([
    [1_717_642_800, 'America/Sao_Paulo', '2024-06-06'],
    [1_471_813_200, 'Europe/Moscow', '2016-08-22'],
    ['1471813200', 'Europe/Moscow', '2016-08-22'],
    [-86_400, 'UTC', '1969-12-31'],
    ['2020-05-08', 'America/Sao_Paulo', '2020-05-08'],
    ['2020-05-08T00:00:00+03:00', 'Europe/Moscow', '2020-05-08'],
    ['soon', 'UTC', null],
  ])('%s in %s is %s', (value, zone, day) => {
    const fields: CustomField[] = [{ id: 1, name: 'Day', type: 'date' }]
    expect(decodeFields('deal', [{ field_id: 1, values: [{ value }] }], fields, zone)).toEqual({ '1': day })
  })

  test.each(['America/Sao_Paulo', 'Asia/Vladivostok', 'Europe/Moscow'])(
    'come back the same from %s',
    async (timezone) => {
      const { put, read, field, double } = await start({ timezone })
      const id = await put({ name: 'Ann', [field('date')]: '2026-03-29', [field('birthday')]: '1961-02-03' })
      const { values } = await read(id)
      expect([values[field('date')], values[field('birthday')]]).toEqual(['2026-03-29', '1961-02-03'])
      expect(double.refused()).toEqual([])
    },
  )
})

describe('values that do not fit', () => {
  test.each([
    ['date', '30.11.2026', 'expected a date'],
    ['date_time', 'tomorrow', 'expected a moment'],
    ['numeric', 'many', 'expected a number'],
    ['checkbox', 'yes', 'expected yes or no'],
    ['select', 'green', 'none of its choices: red, blue, Зелёный'],
    ['multiselect', ['red', 'green'], 'none of its choices'],
  ])('%s refuses %s and says why, without asking the vendor', async (name, value, why) => {
    const { write, field, double } = await start()
    const key = field(name)
    await write({ name: 'Ann', [key]: value })
    const calls = double.calls.length
    expect(await write({ name: 'Ann', [key]: value })).toMatchObject([
      {
        ok: false,
        error: { code: 'invalid', message: expect.stringContaining(why), faults: [{ path: key }] },
      },
    ])
    expect(double.calls).toHaveLength(calls)
    expect(double.contacts()).toEqual([])
  })

  test.each([
    [{ '999': 'x' }, 'no such field'],
    [{ 'phone:PAGER': ['+79161234567'] }, 'expected one of the kinds'],
    [{ responsible: 'Olga' }, 'expected the id of a user'],
  ])('%o is refused', async (values, why) => {
    const { write } = await start()
    expect(await write(values)).toMatchObject([
      { ok: false, error: { code: 'invalid', message: expect.stringContaining(why) } },
    ])
  })

  test('fail alone, and no deal is put into a stage that is none', async () => {
    const { double, adapter } = await start()
    const stage = `${double.account.pipelines[0]!.id}/142`
    const answers = await adapter.write(
      'deal',
      [
        { marker: 'a', values: { name: 'One', stage: 'won' } },
        { marker: 'b', values: { name: 'Two', stage } },
        { marker: 'c', values: { name: 'Three', budget: -5, stage } },
      ],
      never,
    )
    expect(answers.map(({ ok }) => ok)).toEqual([false, true, false])
    expect(double.leads().map(({ name, statusId }) => [name, statusId])).toEqual([['Two', 142]])
    expect(double.refused()).toEqual([])
  })
})

describe('choices', () => {
  test('that the account has got since are found', async () => {
    const { put, read, field, double, context } = await start()
    const key = field('select')
    await put({ name: 'Ann', [key]: 'red' })
    double.account.fields.contacts.get(Number(key))!.enums!.push({ id: 99, value: 'green', sort: 9 })
    context.clock.advance(2 * 60_000)
    const id = await put({ name: 'Bob', [key]: 'green' })
    expect((await read(id)).values[key]).toBe('green')
  })

  test('are found however their letters are written', async () => {
    const { put, read, field } = await start()
    const id = await put({ [field('select')]: ' RED ', [field('multiselect')]: ['зелёный'] })
    expect((await read(id)).values).toMatchObject({ [field('select')]: 'red', [field('multiselect')]: ['Зелёный'] })
  })
})

describe('phones and e-mails', () => {
  test('keep their kinds and the others when only one kind is written', async () => {
    const { put, read } = await start()
    const id = await put({ name: 'Ann', 'phone:MOB': ['+79161234567'], 'phone:HOME': ['+74951234567'] })
    await put({ 'phone:MOB': ['+79161234568'] }, id)
    expect((await read(id)).values).toMatchObject({
      phone: ['+74951234567', '+79161234568'],
      'phone:MOB': ['+79161234568'],
      'phone:HOME': ['+74951234567'],
    })
  })

  test('are the same number in another spelling, and keep their kind', async () => {
    const { put, read } = await start()
    const id = await put({ name: 'Ann', 'phone:MOB': ['+7 (916) 123-45-67'], 'email:PRIV': ['Ann@Example.com'] })
    await put({ phone: ['+79161234567', '+74951234567'], email: ['ann@example.com'] }, id)
    expect((await read(id)).values).toMatchObject({
      'phone:MOB': ['+79161234567'],
      'phone:WORK': ['+74951234567'],
      'email:PRIV': ['ann@example.com'],
    })
  })

  test('are emptied', async () => {
    const { put, read } = await start()
    const id = await put({ name: 'Ann', phone: ['+79161234567'], email: ['ann@example.com'] })
    await put({ phone: null, email: [] }, id)
    expect((await read(id)).values).toMatchObject({ phone: null, email: null })
  })
})

test('what has nobody responsible is left to the account', async () => {
  const { put, read, double } = await start()
  const id = await put({ name: 'Ann', responsible: '7000003' })
  await put({ responsible: null }, id)
  expect((await read(id)).values.responsible).toBe('7000003')
  expect(double.refused()).toEqual([])
})

test('the field of our markers is made once, is nobody’s to map, and is found again when we forgot it', async () => {
  const { adapter, double, context } = await start()
  const marked = () => [...double.account.fields.leads.values()].filter(({ code }) => code === 'PARLEY_ID')
  expect(marked()).toHaveLength(1)
  for (const name of [...context.kept.keys()]) context.kept.delete(name)
  const another = account!.another()
  await Promise.all([another.connect(never), adapter.connect(never)])
  expect(marked()).toHaveLength(1)
  const { fields } = await another.lists(never)
  expect([...fields.deal, ...fields.contact].filter(({ title }) => title === 'Parley')).toEqual([])
})

test('the field of our markers is made anew by connecting when somebody deleted it there', async () => {
  const { adapter, double } = await start()
  const another = account!.another()
  await another.write('deal', [{ marker: 'm-1', values: { name: 'Before' } }], never)
  const { leads } = double.account.fields
  for (const { id, code } of [...leads.values()]) if (code === 'PARLEY_ID') leads.delete(id)
  await adapter.connect(never)
  const since = new Date(0)
  const [made] = await another.write('deal', [{ marker: 'm-2', values: { name: 'After' } }], never)
  expect(made).toMatchObject({ ok: true })
  expect([...(await another.findMarked('deal', [{ marker: 'm-2' }], since, never)).keys()]).toEqual(['m-2'])
})

test('notes are changed on deals and contacts, also when it is not told what they hang on', async () => {
  const { adapter, double } = await start()
  const on = [
    { entity: 'deal' as const, id: String(double.addLead({ name: 'A car' }).id) },
    { entity: 'contact' as const, id: String(double.addContact({ name: 'Ann' }).id) },
  ]
  const ids: string[] = []
  for (const place of on) {
    const [made] = await adapter.write('note', [{ marker: `m-${place.id}`, values: { text: 'Old' }, on: place }], never)
    ids.push(made!.ok ? made!.id : '')
  }
  const writes = [...ids, '999999'].map((id) => ({ marker: id, id, values: { text: 'New' } }))
  expect(await adapter.write('note', writes, never)).toMatchObject([
    { ok: true, id: ids[0] },
    { ok: true, id: ids[1] },
    { ok: false, error: { code: 'not_found' } },
  ])
  expect([...double.account.notes.values()].map(({ params }) => params)).toEqual([{ text: 'New' }, { text: 'New' }])
})
