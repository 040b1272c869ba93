import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { updateIntegrationRow } from '../../../../src/sync/integrations/integrations.store.ts'
import { ledgerLists } from '../../../doubles/ledger/lists.ts'
import { makeProject } from '../../../project.ts'
import { type Asking, done, leaveAsking, openAsking } from './asking.ts'

let asking: Asking
let work: Asking['work']
let integration: Asking['integration']
let contact: Asking['contact']
let deal: Asking['deal']
let ask: Asking['ask']
let finish: Asking['finish']

beforeEach(async () => {
  asking = await openAsking()
  ;({ work, integration, contact, deal, ask, finish } = asking)
})
afterEach(() => asking.close())
afterAll(leaveAsking)

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
    expect(await asking.db.query('select 1 from crm_pushes')).toHaveLength(1)
  })

  it('knows the pipeline from the mapping, or from where the deal stands there', async () => {
    const byMapping = ask({ written: { entity: 'deal', stage: 'won', fields: [] } }, '1:1')
    expect(await finish(done)).toMatchObject([{ wanted: { values: { stage: 'sales/won' } } }])
    await byMapping
    await asking.db.query(
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
    expect(await asking.db.query('select 1 from crm_pushes')).toEqual([])
  })

  it('refuses an integration that is not there, switched off, or was never connected, and what was deleted', async () => {
    await expect(ask({ integration: 'other' })).rejects.toMatchObject({ code: 'not_found' })
    await expect(ask({ subject: { entity: 'deal', id: 999 } })).rejects.toMatchObject({ code: 'gone' })
    await expect(ask({ subject: { entity: 'contact', id: 999 } })).rejects.toMatchObject({ code: 'gone' })
    await updateIntegrationRow(asking.db, integration, { enabled: false })
    await expect(ask({})).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('switched off') })
    await updateIntegrationRow(asking.db, integration, { enabled: true, lists: null })
    await expect(ask({})).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('never connected'),
    })
    const other = await makeProject(asking.db)
    await updateIntegrationRow(asking.db, integration, { projectId: other.projectId, lists: ledgerLists() })
    await expect(ask({})).rejects.toMatchObject({ code: 'not_found' })
  })

  it('stops waiting when the program stops, and the push goes on', async () => {
    const stopping = new AbortController()
    const answer = ask({}, '12:3', stopping.signal)
    await expect.poll(async () => (await asking.db.query('select 1 from crm_pushes')).length).toBe(1)
    stopping.abort()
    await expect(answer).rejects.toMatchObject({ code: 'timeout' })
    expect(await asking.db.query(`select status from crm_pushes`)).toEqual([{ status: 'pending' }])
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

  it('takes what a customer wrote for no placeholder, whatever signs it holds', async () => {
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
})
