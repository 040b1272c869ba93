import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createContact } from '../../../../src/contacts/create-contact.ts'
import { createPipeline } from '../../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../../src/crm/create-spot.ts'
import { saveFlow } from '../../../../src/flows/save-flow.ts'
import { previewPostback } from '../../../../src/sync/postbacks/preview-postback.ts'
import { type MadePostback, mapping, type PostbackRoom, postbackRoom, refusal } from './postback-room.ts'

let room: PostbackRoom
beforeAll(async () => {
  room = await postbackRoom()
})
beforeEach(() => room.clear())
afterAll(() => room.fresh.drop())

const preview = (made: MadePostback, input: Omit<Parameters<typeof previewPostback>[2], 'postbackId'>) =>
  previewPostback(room.fresh.db, room.context, { postbackId: made.postback.id, ...input })
/** Everything that a call could have written, counted. */
const written = async () =>
  room.fresh.db.query(
    'select (select count(*) from changes)::int as changes, (select count(*) from contacts)::int as contacts, (select count(*) from identities)::int as identities, (select count(*) from deals)::int as deals, (select count(*) from postback_calls)::int as calls, (select count(*) from events)::int as events',
  )

describe('the preview of a postback', () => {
  it('tells whom it would make and what would be set, and writes nothing', async () => {
    const made = await room.make()
    const before = await written()
    const body = { user: { phone: '8 916 123-45-67', tg: 77 }, tags: ['lead'], car: { year: '2020' } }
    expect(await preview(made, { body })).toEqual({
      outcome: 'create',
      error: null,
      found: [],
      contactId: null,
      contact: expect.arrayContaining([
        { name: 'year', from: null, to: 2020 },
        { name: 'first_name', from: null, to: 'friend' },
        { name: 'phone', from: null, to: '+79161234567' },
        { name: 'labels', from: null, to: ['lead'] },
      ]),
      identities: [
        { kind: 'telegram', value: '77' },
        { kind: 'phone', value: '+79161234567' },
      ],
      variables: { car: { year: '2020' } },
      flow: null,
      warning: null,
    })
    expect(await written()).toEqual(before)
  })

  it('tells which field finds whom, and the values before and after', async () => {
    const anna = await room.run(createContact, { fields: { firstName: 'Anna', phone: '+79161234567' } })
    const boris = await room.run(createContact, { fields: { firstName: 'Boris', email: 'boris@example.com' } })
    const made = await room.make({ mapping: { ...mapping, whenDifferent: 'link' } })
    const before = await written()
    const user = { name: 'Anne', phone: '+79161234567', mail: 'boris@example.com', tg: 5 }
    expect(await preview(made, { body: { user } })).toMatchObject({
      outcome: 'update',
      contactId: anna.id,
      found: [
        { by: 'phone', contactId: anna.id, name: 'Anna' },
        { by: 'email', contactId: boris.id, name: 'Boris' },
      ],
      contact: expect.arrayContaining([{ name: 'first_name', from: 'Anna', to: 'Anne' }]),
      identities: [{ kind: 'telegram', value: '5' }],
    })
    expect(await written()).toEqual(before)
  })

  it('tries a mapping that is not saved, on a body that came in', async () => {
    const made = await room.make({ mapping: null })
    expect((await refusal(preview(made, { body: {} })))?.code).toBe('conflict')
    await made.call({ tel: '+79161234567' })
    await made.call({ tel: 'call me' })
    const [, first] = await made.calls()
    const draft = { fields: [{ from: '$.tel', to: 'phone' }], findBy: ['phone'] }
    expect(await preview(made, { mapping: draft })).toMatchObject({
      outcome: 'refuse',
      error: { code: 'invalid', faults: [{ path: 'phone', message: expect.stringContaining('(from $.tel)') }] },
    })
    expect(await preview(made, { mapping: draft, call: first!.id })).toMatchObject({ outcome: 'create' })
    const faulty = await refusal(preview(made, { mapping: { ...draft, findBy: ['email'] } }))
    expect(faulty?.faults).toEqual([
      { path: 'mapping.findBy[0]', message: expect.stringContaining('no field goes to') },
    ])
    expect((await made.calls()).map(({ contactId }) => contactId)).toEqual([null, null])
  })

  it('tells what would become of the deal', async () => {
    const spot = await room.run(createSpot, { name: 'Moscow' })
    await room.run(createPipeline, { spotId: spot.id, name: 'Sales', stages: [{ name: 'New' }, { name: 'Paid' }] })
    const withDeal = {
      fields: [
        { from: '$.phone', to: 'phone' },
        { from: '$.sum', to: 'deal.budget' },
        { from: '$.stage', to: 'deal.stage' },
      ],
      findBy: ['phone'],
    }
    const made = await room.make({ mapping: withDeal })
    const body = { phone: '+79161234567', sum: 5, stage: 'Paid' }
    expect((await preview(made, { body })).deal).toEqual({
      dealId: null,
      changes: expect.arrayContaining([
        { name: 'name', from: null, to: 'site' },
        { name: 'budget', from: null, to: 5 },
        { name: 'stage', from: null, to: 'Paid' },
      ]),
    })
    const { dealId } = await made.call({ phone: '+79161234567', sum: 5 })
    expect((await preview(made, { body })).deal).toEqual({
      dealId,
      changes: [{ name: 'stage', from: 'New', to: 'Paid' }],
    })
  })

  it('tells what would be refused or let pass, and why no flow would start', async () => {
    await room.run(saveFlow, { draft: { name: 'Draft' } })
    const made = await room.make({
      flow: 'Draft',
      mapping: { ...mapping, whenNothing: 'ignore', whenNobody: 'refuse' },
    })
    expect(await preview(made, { body: {} })).toMatchObject({ outcome: 'ignore', error: null })
    expect(await preview(made, { body: { user: { tg: 1 } } })).toMatchObject({
      outcome: 'refuse',
      error: { code: 'not_found' },
    })
    await room.run(createContact, { identities: [{ kind: 'telegram', value: '1' }] })
    expect(await preview(made, { body: { user: { tg: 1 } } })).toMatchObject({
      outcome: 'update',
      flow: 'Draft',
      warning: expect.stringContaining('"Draft" is not published'),
    })
  })
})
