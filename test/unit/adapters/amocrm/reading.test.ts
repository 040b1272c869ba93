import { afterEach, describe, expect, test } from 'vitest'
import { hasMarker, withMarker, withoutMarker } from '../../../../adapters/kit/hidden-marker.ts'
import { never, startAccount, type TestAccount } from './account.ts'

let account: TestAccount | undefined
afterEach(async () => {
  await account?.stop()
  account = undefined
})
async function start(options: Parameters<typeof startAccount>[0] = {}): Promise<TestAccount> {
  account = await startAccount(options)
  await account.adapter.connect(never)
  return account
}

describe('a contact', () => {
  test.each(['8 (916) 123-45-67', '89161234567', '+7 916 123 45 67', '79161234567'])(
    'with the phone %s is found by +79161234567',
    async (written) => {
      const { double, adapter } = await start()
      const phone = (value: string) => [{ field_code: 'PHONE', values: [{ value, enum_code: 'WORK' }] }]
      double.addContact({ name: 'Other', custom_fields_values: phone('+49 916 1234567') })
      const { id } = double.addContact({ name: 'Ann', custom_fields_values: phone(written) })
      expect(await adapter.findContact!({ phones: ['+79161234567'], emails: [] }, never)).toBe(String(id))
      expect(double.refused()).toEqual([])
    },
  )

  test('whose e-mail only begins alike is not taken, nor one that is deleted', async () => {
    const { double, adapter } = await start()
    const email = (value: string) => [{ field_code: 'EMAIL', values: [{ value, enum_code: 'WORK' }] }]
    double.addContact({ name: 'Other', custom_fields_values: email('joann@example.com') })
    const gone = double.addContact({ name: 'Gone', custom_fields_values: email('ann@example.com') })
    double.deleteContact(gone.id)
    const find = () => adapter.findContact!({ phones: [], emails: ['ann@example.com'] }, never)
    expect(await find()).toBeUndefined()
    const { id } = double.addContact({ name: 'Ann', custom_fields_values: email('Ann@Example.com') })
    expect(await find()).toBe(String(id))
  })

  test('is not looked for where the account wants no search', async () => {
    const { adapter } = await start({ settings: { searchContacts: false } })
    expect(adapter.findContact).toBeUndefined()
  })
})

describe('many at once', () => {
  test('are read by one request when they were changed lately, and the others one by one', async () => {
    const { double, adapter, context } = await start({ settings: { hooks: false } })
    const old = double.addLead({ name: 'Old' })
    context.clock.advance(60_000)
    const leads = Array.from({ length: 60 }, (_, index) => double.addLead({ name: `Lead ${index}` }))
    for (let other = 0; other < 80; other++) double.addContact({ name: `Other ${other}` })
    await adapter.lists(never)
    const calls = double.calls.length
    const wanted = leads.slice(0, 30).map(({ id }) => ({ id: String(id) }))
    const records = await adapter.read('deal', [...wanted, { id: String(old.id) }, { id: '1' }], never)
    expect(records).toHaveLength(31)
    expect(double.calls.length - calls).toBeLessThanOrEqual(4)
    expect(double.refused()).toEqual([])
  })

  test('are found by their markers over several pages, and no further than needed', async () => {
    const { double, adapter, context } = await start({ settings: { hooks: false } })
    for (let index = 0; index < 300; index++) double.addContact({ name: `Before ${index}` })
    context.clock.advance(60_000)
    const since = context.clock.now()
    await adapter.write('contact', [{ marker: 'ours', values: { name: 'Ours' } }], never)
    for (let index = 0; index < 300; index++) double.addContact({ name: `After ${index}` })
    const calls = double.calls.length
    expect([...(await adapter.findMarked('contact', [{ marker: 'ours' }], since, never)).keys()]).toEqual(['ours'])
    expect(double.calls.length - calls).toBe(2)
    await adapter.findMarked('contact', [{ marker: 'never made' }], since, never)
    expect(double.calls.length - calls).toBeLessThanOrEqual(5)
    expect(double.refused()).toEqual([])
  })
})

describe('a page that fails', () => {
  const search = async (times: number) => {
    const { double, adapter, context } = await start({ settings: { hooks: false } })
    const since = context.clock.now()
    await adapter.write('contact', [{ marker: 'ours', values: { name: 'Ours' } }], never)
    for (let index = 0; index < 600; index++) double.addContact({ name: `After ${index}` })
    const before = double.calls.length
    double.inject({ kind: 'status', status: 502, when: 'before' }, { path: /^contacts$/, after: 1, times })
    const found = adapter.findMarked('contact', [{ marker: 'ours' }], since, never)
    return { found, calls: () => double.calls.length - before }
  }

  test('behind the first is asked for again, and those before it are not read anew', async () => {
    const { found, calls } = await search(2)
    expect([...(await found).keys()]).toEqual(['ours'])
    expect(calls()).toBe(5)
  })

  test('three times ends the list', async () => {
    const { found, calls } = await search(3)
    await expect(found).rejects.toMatchObject({ code: 'unavailable' })
    expect(calls()).toBe(4)
  })
})

test('the lists leave out what waits for nobody, and users are there by page', async () => {
  const { double, adapter } = await start()
  for (let id = 1; id <= 260; id++) {
    double.account.users.push({ id: 8_000_000 + id, name: `User ${id}`, email: `u${id}@example.com`, isAdmin: false })
  }
  const { pipelines, users } = await adapter.lists(never)
  expect(users).toHaveLength(263)
  expect(pipelines[0]!.stages.map(({ name, type }) => [name, type])).toEqual([
    ['Первичный контакт', 'open'],
    ['Переговоры', 'open'],
    ['Принимают решение', 'open'],
    ['Успешно реализовано', 'won'],
    ['Закрыто и не реализовано', 'lost'],
  ])
})

test('tasks that were changed lately are found among the newest, and notes of calls are not told', async () => {
  const { double, adapter, context } = await start()
  const lead = double.addLead({ name: 'A car' })
  const task = double.addTask({ text: 'Call', complete_till: 1_800_000_000, entity_type: 'leads', entity_id: lead.id })
  const note = double.addNote('leads', lead.id, 'By hand')
  const call = double.addNote('leads', lead.id, 'A call')
  double.account.notes.get(call.id)!.type = 'call_in'
  context.clock.advance(60_000)
  const since = context.clock.now()
  expect(await adapter.changedSince('task', since, 10, never)).toEqual([])
  context.clock.advance(60_000)
  double.completeTask(task.id)
  expect((await adapter.changedSince('task', since, 10, never)).map(({ id }) => id)).toEqual([String(task.id)])
  const notes = await adapter.changedSince('note', new Date(since.getTime() - 120_000), 10, never)
  expect(notes.map(({ id }) => id)).toEqual([String(note.id)])
  const refs = [{ id: String(note.id) }, { id: String(call.id) }]
  expect(await adapter.read('note', refs, never)).toMatchObject([{ id: String(note.id), on: { id: String(lead.id) } }])
  expect(double.refused()).toEqual([])
})

describe('the marker of notes and tasks', () => {
  test('is seen by nobody, and names one thing', () => {
    const marked = withMarker('Call back\n', 'parley-1-note-5')
    expect(marked.replaceAll(/[\u200b\u2060]/g, '')).toBe('Call back\n')
    expect(withoutMarker(marked)).toBe('Call back\n')
    expect(hasMarker(marked, 'parley-1-note-5')).toBe(true)
    expect(hasMarker(marked, 'parley-1-note-6')).toBe(false)
  })

  test('stays one when a text with a marker is sent on', () => {
    const twice = withMarker(withMarker('Hello', 'one'), 'two')
    expect([hasMarker(twice, 'one'), hasMarker(twice, 'two')]).toEqual([false, true])
  })

  test('leaves single signs of that kind where they are', () => {
    expect(withoutMarker('a\u200bb\u2060c')).toBe('a\u200bb\u2060c')
  })
})

test('a note on what was deleted is not found, and that is no fault', async () => {
  const { adapter, double, context } = await start()
  const { id } = double.addLead({ name: 'Deleted' })
  double.deleteLead(id)
  const ask = context.http.request
  const body = new TextEncoder().encode('{"title":"Not Found","status":404,"detail":"Entity not found"}')
  context.http.request = async (request) =>
    request.url.includes(`/leads/${id}/notes`)
      ? { status: 404, headers: {}, body, durationMs: 1, finalUrl: request.url }
      : ask(request)
  const marks = [{ marker: 'm-1', on: { entity: 'deal' as const, id: String(id) } }]
  expect(await adapter.findMarked('note', marks, new Date(0), never)).toEqual(new Map())
})

test('how far the vendor’s clock is behind ours is known from its answers', async () => {
  const { adapter, context } = await start()
  expect(adapter.abilities().clockMarginMs).toBe(30_000)
  const ask = context.http.request
  context.http.request = async (request) => {
    const answer = await ask(request)
    const date = new Date(context.clock.now().getTime() - 120_000).toUTCString()
    return { ...answer, headers: { ...answer.headers, date } }
  }
  await adapter.lists(never)
  expect(adapter.abilities().clockMarginMs).toBe(150_000)
})

test('before the first answer nothing is known of its clock', async () => {
  account = await startAccount()
  expect(account.adapter.abilities().clockMarginMs).toBeUndefined()
})
