import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createContact } from '../../../../src/contacts/create-contact.ts'
import { createDeal } from '../../../../src/crm/create-deal.ts'
import { createPipeline } from '../../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../../src/crm/create-spot.ts'
import { VirtualClock } from '../../../../src/platform/clock.ts'
import { openSignals, type Signals } from '../../../../src/platform/signals.ts'
import { crmCaller } from '../../../../src/sync/blocks/crm-caller.ts'
import type { CrmRequest } from '../../../../src/sync/blocks/crm-request.ts'
import { insertIntegration, updateIntegrationRow } from '../../../../src/sync/integrations/integrations.store.ts'
import { crmMappingSchema } from '../../../../src/sync/mapping/mapping.ts'
import type { WorkContext } from '../../../../src/team/context.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { ledgerLists } from '../../../doubles/ledger/lists.ts'
import { makeProject } from '../../../project.ts'

let fresh: FreshDatabase
let signals: Signals
let work: WorkContext
let deal: number
let contact: number
let integration: number
const clock = new VirtualClock()

beforeAll(async () => {
  fresh = await freshDatabase()
  signals = await openSignals(fresh.db, 'test', () => {})
})
beforeEach(async () => {
  await fresh.clear()
  work = await makeProject(fresh.db, clock.now())
  const spot = await run(createSpot, { name: 'Moscow' })
  await run(createPipeline, { spotId: spot.id, name: 'Sales', stages: [{ name: 'New' }] })
  contact = (await run(createContact, { fields: { firstName: 'Anna', lastName: 'Petrova' } })).id
  deal = (await run(createDeal, { contactId: contact, name: 'A car', spot: 'Moscow', pipeline: 'Sales' })).id
  const row = {
    projectId: work.projectId,
    name: 'ledger',
    kind: 'ledger',
    settings: {},
    hookId: 'hk',
    direction: 'both' as const,
    sends: 'by_flow' as const,
    mapping: crmMappingSchema.parse({
      pipelines: [{ spot: 'Moscow', pipeline: 'Sales', theirs: 'sales' }],
    }),
    enabled: true,
    lists: ledgerLists(),
    listsAt: clock.now(),
    createdAt: clock.now(),
    updatedAt: clock.now(),
  }
  integration = (await insertIntegration(fresh.db as never, row))!.id
})
afterAll(async () => {
  signals.close()
  await fresh.drop()
})

function run<Input, Result>(
  useCase: (tx: never, context: WorkContext, input: Input) => Promise<Result>,
  input: Input,
): Promise<Result> {
  return fresh.db.transaction((tx) => useCase(tx as never, work, input))
}

const ask = (request: Partial<CrmRequest>, key = '12:3', signal = new AbortController().signal) =>
  crmCaller({ db: fresh.db, clock, signals })(
    {
      integration: 'ledger',
      subject: { entity: 'deal', id: deal },
      written: { entity: 'deal', fields: [] },
      tags: [],
      ...request,
    } satisfies CrmRequest,
    signal,
    key,
  )

interface Row {
  id: number
  entity: string
  subject_id: number
  key: string
  wanted: Record<string, unknown>
}

/** Ends the pushes as the worker does, and gives them. */
async function finish(outcome: string): Promise<Row[]> {
  let rows: Row[] = []
  const take = async () => {
    rows = await fresh.db.query<Row>(
      `update crm_pushes set ${outcome}, finished_at = now() where finished_at is null returning *`,
    )
    return rows.length
  }
  await expect.poll(take).toBeGreaterThan(0)
  for (const { id } of rows) signals.notify(`pushed:${id}`)
  return rows
}
const done = `status = 'done', result = '{"dealId":"d1","contactId":"c1"}'`

describe('asking another CRM', () => {
  it('puts down one push under the key of the work, with names turned into ids, and gives the ids there', async () => {
    const answer = ask({
      written: {
        entity: 'deal',
        pipeline: 'Sales',
        stage: 'Talks',
        responsible: 'olga@example.com',
        fields: [{ to: 'Model', value: 'Octavia' }],
        task: { responsible: 'Peter Seller' },
      },
      tags: ['chat'],
      note: { text: 'Wants a car' },
      task: { text: 'Call', dueAt: '2026-11-03T09:00:00Z' },
    })
    const [push] = await finish(done)
    expect(await answer).toEqual({ dealId: 'd1', contactId: 'c1' })
    expect(push).toMatchObject({
      entity: 'deal',
      subject_id: deal,
      key: 'run:12:3',
      wanted: {
        values: { stage: 'sales/talks', responsible: 'u1', model: 'Octavia' },
        addTags: ['chat'],
        note: 'Wants a car',
        task: { text: 'Call', dueAt: '2026-11-03T09:00:00Z', responsible: 'u2' },
      },
    })
  })

  it('asked again for the same work gives the same answer, and puts down nothing', async () => {
    const first = ask({})
    await finish(done)
    expect(await ask({})).toEqual(await first)
    expect(await fresh.db.query('select 1 from crm_pushes')).toHaveLength(1)
  })

  it('knows the pipeline from the mapping, or from where the deal stands there', async () => {
    const byMapping = ask({ written: { entity: 'deal', stage: 'won', fields: [] } }, '1:1')
    expect(await finish(done)).toMatchObject([{ wanted: { values: { stage: 'sales/won' } } }])
    await byMapping
    await fresh.db.query(
      `insert into crm_links (project_id, integration_id, entity, subject_id, external_id, shadow, created_at, updated_at)
       values ($1, $2, 'deal', $3, 'd1', '{"ours":{},"theirs":{"stage":"service/new"}}', now(), now())`,
      [work.projectId, integration, deal],
    )
    const byLink = ask({ written: { entity: 'deal', stage: 'won', fields: [] } }, '1:2')
    expect(await finish(done)).toMatchObject([{ wanted: { values: { stage: 'service/won' } } }])
    await byLink
    const named = ask({ written: { entity: 'deal', pipeline: 'Service', fields: [] } }, '1:3')
    expect(await finish(done)).toMatchObject([{ wanted: { values: {} } }])
    await named
  })

  it('gives the reason when it was given up', async () => {
    const answer = ask({})
    const refused = expect(answer).rejects.toMatchObject({ code: 'forbidden', message: 'Not allowed.' })
    await finish(`status = 'dead', error = 'Not allowed.', error_code = 'forbidden'`)
    await refused
  })

  it('refuses what the account does not have, with the option and the reason, and asks nothing', async () => {
    const written = { entity: 'deal' as const, pipeline: 'Sale', fields: [{ to: 'colour', value: 'green' }] }
    await expect(ask({ written })).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(
        /"ledger" cannot be given this: pipeline: .* did you mean "Sales"\?; fields\[0\]\.value: /,
      ),
    })
    expect(await fresh.db.query('select 1 from crm_pushes')).toEqual([])
  })

  it('refuses an integration that is not there, switched off, or was never connected, and what was deleted', async () => {
    await expect(ask({ integration: 'other' })).rejects.toMatchObject({ code: 'not_found' })
    await expect(ask({ subject: { entity: 'deal', id: 999 } })).rejects.toMatchObject({ code: 'gone' })
    await expect(ask({ subject: { entity: 'contact', id: 999 } })).rejects.toMatchObject({ code: 'gone' })
    await updateIntegrationRow(fresh.db, integration, { enabled: false })
    await expect(ask({})).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('switched off') })
    await updateIntegrationRow(fresh.db, integration, { enabled: true, lists: null })
    await expect(ask({})).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('never connected'),
    })
    const other = await makeProject(fresh.db)
    await updateIntegrationRow(fresh.db, integration, { projectId: other.projectId, lists: ledgerLists() })
    await expect(ask({})).rejects.toMatchObject({ code: 'not_found' })
  })

  it('stops waiting when the program stops, and the push goes on', async () => {
    const stopping = new AbortController()
    const answer = ask({}, '12:3', stopping.signal)
    await expect.poll(async () => (await fresh.db.query('select 1 from crm_pushes')).length).toBe(1)
    stopping.abort()
    await expect(answer).rejects.toMatchObject({ code: 'timeout' })
    expect(await fresh.db.query(`select status from crm_pushes`)).toEqual([{ status: 'pending' }])
  })

  it('may be about a contact', async () => {
    const answer = ask({
      subject: { entity: 'contact', id: contact },
      written: { entity: 'contact', name: 'Anna P.', fields: [] },
    })
    expect(await finish(done)).toMatchObject([
      { entity: 'contact', subject_id: contact, wanted: { values: { name: 'Anna P.' } } },
    ])
    await answer
  })
})

it('What a customer writes is no placeholder any more, whatever signs it holds.', async () => {
  const written = { name: '{{ name }}', fields: [{ to: 'Model', value: '{{ model' }] }
  const ofDeal = ask({ written: { entity: 'deal', ...written } }, '7:1')
  const [deals] = await finish(done)
  await ofDeal
  expect(Object.values(deals!.wanted.values as object)).toEqual(['{{ name }}', '{{ model'])
  const ofContact = ask(
    { subject: { entity: 'contact', id: contact }, written: { entity: 'contact', name: '{{ name }}', fields: [] } },
    '7:2',
  )
  const [contacts] = await finish(done)
  await ofContact
  expect(contacts!.wanted.values).toEqual({ name: '{{ name }}' })
})

describe('the conversation so far', () => {
  it('tells who said what, the oldest first, in the time zone of the project', async () => {
    const conversation = await insertConversation()
    await say(conversation, 3, { contact_id: contact, text: 'A red one', at: '2026-11-02T21:30:00Z' })
    await say(conversation, 1, { contact_id: contact, text: 'Hello', at: '2026-11-02T09:00:00Z' })
    await say(conversation, 2, { direction: 'outbound', run_id: 5, text: 'Which car?', at: '2026-11-02T09:00:01Z' })
    await say(conversation, 4, { direction: 'outbound', operator_id: 1, text: 'I see to it' })
    await say(conversation, 5, { direction: 'internal', text: 'not for others' })
    await say(conversation, 6, { contact_id: contact, text: 'taken back', deleted_at: '2026-11-02T22:00:00Z' })
    const parts = [{ type: 'media', media: 'image', file: { ref: 'x' }, name: 'car.jpg' }]
    await say(conversation, 7, { contact_id: contact, text: '', parts })
    const answer = ask({ note: { conversation } })
    const [push] = await finish(done)
    await answer
    expect(push!.wanted.note).toBe(
      [
        'site:',
        '02.11.2026 12:00 Anna Petrova: Hello',
        '02.11.2026 12:00 Bot: Which car?',
        '03.11.2026 00:30 Anna Petrova: A red one',
        '03.11.2026 12:00 Olga: I see to it',
        '03.11.2026 12:00 Anna Petrova: [car.jpg]',
      ].join('\n'),
    )
  })

  it('leaves out the oldest messages of a long one', async () => {
    const conversation = await insertConversation()
    for (let number = 1; number <= 30; number++) {
      await say(conversation, number, { contact_id: contact, text: `${number} ${'word '.repeat(100)}` })
    }
    const answer = ask({ note: { conversation } })
    const [push] = await finish(done)
    await answer
    const note = String(push!.wanted.note)
    expect(note.length).toBeLessThan(8200)
    expect(note.split('\n').slice(0, 2)).toEqual(['site:', '…'])
    expect(note).toContain(': 30 word')
    expect(note).not.toContain(': 1 word')
  })

  it('cuts a long message between two characters, which the database and other CRMs refuse halves of', async () => {
    const conversation = await insertConversation()
    await say(conversation, 1, { contact_id: contact, text: `${'x'.repeat(1999)}🚗 and more` })
    const answer = ask({ note: { conversation } })
    const [push] = await finish(done)
    await answer
    expect(String(push!.wanted.note).endsWith(`${'x'.repeat(100)}`)).toBe(true)
  })

  it('is no note where nothing was said, or the conversation is of another project', async () => {
    const conversation = await insertConversation()
    const answer = ask({ note: { conversation } }, '1:1')
    expect((await finish(done))[0]!.wanted).not.toHaveProperty('note')
    await answer
    const other = ask({ note: { conversation: 999 } }, '1:2')
    expect((await finish(done))[0]!.wanted).not.toHaveProperty('note')
    await other
  })
})

async function insertConversation(): Promise<number> {
  const { projectId } = work
  const [channel] = await fresh.db.query<{ id: number }>(
    `insert into channels (project_id, kind, name, settings, hook_id, enabled, created_at, updated_at)
     values ($1, 'webchat', 'site', '{}', 'hk-site', true, now(), now()) returning id`,
    [projectId],
  )
  const [row] = await fresh.db.query<{ id: number }>(
    `insert into conversations (project_id, channel_id, kind, contact_id, mode, unread, created_at)
     values ($1, $2, 'direct', $3, 'bot', 0, now()) returning id`,
    [projectId, channel!.id, contact],
  )
  return row!.id
}

/** Something is said, on the 3rd of November at noon in Moscow unless told. */
async function say(conversationId: number, id: number, message: Record<string, unknown>): Promise<void> {
  const row = {
    id,
    project_id: work.projectId,
    conversation_id: conversationId,
    direction: 'inbound',
    addresses_bot: true,
    status: 'received',
    at: '2026-11-03T09:00:00Z',
    ...message,
  }
  await fresh.db.query('insert into messages select * from json_populate_record(null::messages, $1::text::json)', [
    JSON.stringify(row),
  ])
}
