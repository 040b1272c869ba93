import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { addNote } from '../../../../src/contacts/add-note.ts'
import { createAttribute } from '../../../../src/contacts/create-attribute.ts'
import { updateContact } from '../../../../src/contacts/update-contact.ts'
import { flow, leaveStage, openStage, type Stage, says } from '../../flows/engine/stage.ts'

let stage: Stage
afterEach(() => stage.close())
afterAll(leaveStage)

const greets = flow('Greet', [{ type: 'any_message', conversations: ['direct'], to: 'hi' }], { hi: says('Hi!') })
// biome-ignore lint/suspicious/noExplicitAny: the tests look into answers of every shape
type Answer = any
const get = (path: string): Promise<Answer> => stage.api('GET', path)

describe('the card of a contact', () => {
  it('shows what every module has of it', async () => {
    stage = await openStage({ flows: [greets] })
    await stage.run(createAttribute, { name: 'visit', type: 'datetime', title: 'Visit' })
    await stage.run(createAttribute, { name: 'regular', type: 'boolean' })
    await stage.say(7, 'hello')
    const contactId = await stage.contactId(7)
    const operatorId = (stage.work.by as { id: number }).id
    await stage.run(updateContact, { contactId, attributes: { regular: false }, responsibleId: operatorId })
    const note = await stage.run(addNote, { contactId, text: 'Wants red' })
    const spot = (await stage.api('POST', '/spots', { name: 'North' })) as { id: number }
    const pipeline = (await stage.api('POST', '/pipelines', { spotId: spot.id, name: 'Sales' })) as Answer
    const deal = (await stage.api('POST', '/deals', {
      contactId,
      spot: 'North',
      pipeline: 'Sales',
      name: 'Car',
    })) as Answer
    const task = (await stage.api('POST', '/tasks', { contactId, name: 'Call back' })) as Answer
    await stage.rest()

    const card = await get(`/contacts/${contactId}/card`)
    expect(card.contact).toEqual(await get(`/contacts/${contactId}`))
    expect(card).toMatchObject({
      responsible: { id: operatorId, name: 'Olga' },
      attributes: [
        { name: 'visit', title: 'Visit', type: 'datetime', value: null },
        { name: 'regular', type: 'boolean', value: false },
      ],
      linkedContactIds: [],
      conversations: {
        items: [
          {
            id: await stage.conversationId(7),
            contactId,
            channel: { id: stage.channelId, name: 'bot', kind: 'telegram' },
          },
        ],
      },
      notes: { items: [{ id: note.id, text: 'Wants red', operatorId }] },
      deals: { items: [{ id: deal.id, name: 'Car', pipeline: { id: pipeline.id } }] },
      tasks: { items: [{ id: task.id, name: 'Call back' }] },
      runs: { items: [{ contactId, status: 'ended' }] },
    })
    const kinds = card.history.items.map(({ kind }: { kind: string }) => kind)
    expect(kinds).toEqual(expect.arrayContaining(['contact.created', 'contact.updated', 'note.added', 'deal.created']))
    expect(kinds.filter((kind: string) => kind.startsWith('message.'))).toEqual([])
    const updated = card.history.items.find(({ kind }: { kind: string }) => kind === 'contact.updated')
    expect(updated).toMatchObject({
      contactId,
      operatorName: 'Olga',
      data: { fields: { 'attributes.regular': [null, false] } },
    })
  })

  it('shows a part of each list, which goes on where the list itself is', async () => {
    stage = await openStage({ flows: [] })
    await stage.say(7, 'hello')
    const contactId = await stage.contactId(7)
    for (const text of ['one', 'two', 'three']) await stage.run(addNote, { contactId, text })
    const card = await get(`/contacts/${contactId}/card?limit=2`)
    expect(card.notes.items.map(({ text }: { text: string }) => text)).toEqual(['three', 'two'])
    const more = await get(`/contacts/${contactId}/notes?cursor=${card.notes.nextCursor}`)
    expect(more.items.map(({ text }: { text: string }) => text)).toEqual(['one'])
    const first = await get(`/contacts/${contactId}/history?limit=2`)
    const rest = await get(`/contacts/${contactId}/history?cursor=${first.nextCursor}`)
    expect(card.history.items).toEqual(first.items)
    expect([...first.items, ...rest.items].map(({ kind }) => kind)).toEqual([
      'note.added',
      'note.added',
      'note.added',
      'contact.created',
    ])
  })

  it('has the history of a contact that it took in', async () => {
    stage = await openStage({ flows: [] })
    const made = async (name: string) => ((await stage.api('POST', '/contacts', { firstName: name })) as Answer).id
    const [anna, second] = [await made('Anna'), await made('Anne')]
    await stage.api('POST', `/contacts/${anna}/merge`, { contactId: second })
    const { items } = await get(`/contacts/${second}/history`)
    expect(
      items.filter(({ kind }: { kind: string }) => kind === 'contact.created').map((each: Answer) => each.contactId),
    ).toEqual([second, anna])
    expect((await get(`/contacts/${second}/card`)).contact.id).toBe(anna)
  })

  it('of another project is not there', async () => {
    stage = await openStage({ flows: [] })
    await stage.db.query(
      `insert into projects (name, time_zone, country, working_hours, created_at) values ('Other', 'UTC', 'DE', '{}', now())`,
    )
    await stage.db.query(
      `insert into contacts (project_id, created_at, updated_at) select max(id), now(), now() from projects`,
    )
    const [{ id }] = (await stage.db.query<{ id: number }>('select max(id) as id from contacts')) as [{ id: number }]
    await expect(get(`/contacts/${id}/card`)).rejects.toThrow('answered with 404')
    await expect(get(`/contacts/${id}/history`)).rejects.toThrow('answered with 404')
  })
})
