import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addLabels } from '../../../../src/contacts/add-labels.ts'
import { addNote } from '../../../../src/contacts/add-note.ts'
import { blockContact } from '../../../../src/contacts/block-contact.ts'
import { updateContact } from '../../../../src/contacts/update-contact.ts'
import { leaveStage } from '../../flows/engine/stage.ts'
import { type MergeStage, openMergeStage } from './merge-stage.ts'

let stage: MergeStage
let one: number
let two: number
let three: number

beforeEach(async () => {
  stage = await openMergeStage()
  ;[one, two, three] = stage.writers
})
afterEach(() => stage.close())
afterAll(leaveStage)

describe('a merge', () => {
  it('gives all that the second contact has to the survivor, and leads its number there', async () => {
    await stage.makePipeline()
    await stage.makeDeal(two)
    await stage.run(addNote, { contactId: two, text: 'a note' })
    await stage.merge(one, two)
    const all = await stage.everything()
    for (const table of ['identities', 'conversations', 'messages', 'runs', 'deals', 'notes'] as const)
      expect(all[table], table).not.toHaveProperty(String(two))
    expect(all.identities).toEqual({ [one]: 2, [three]: 1 })
    expect(all.conversations).toEqual({ [one]: 2, [three]: 1 })
    expect(await stage.contact(two)).toEqual(await stage.contact(one))
    const list = (await stage.api('GET', '/contacts')) as { items: { id: number }[] }
    expect(list.items.map(({ id }) => id)).toEqual([three, one])
    for (const path of ['conversations', 'deals', 'runs', 'tasks'])
      expect(await stage.api('GET', `/${path}?contactId=${two}`)).toEqual(
        await stage.api('GET', `/${path}?contactId=${one}`),
      )
    for (const path of ['notes', 'card', 'history'])
      expect(await stage.api('GET', `/contacts/${two}/${path}`)).toEqual(
        await stage.api('GET', `/contacts/${one}/${path}`),
      )
    expect(await stage.api('GET', `/contacts/${two}/notes`)).toMatchObject({ items: [{ text: 'a note' }] })
  })

  it('is undone without a trace when nothing came between', async () => {
    await stage.makePipeline()
    await stage.makeDeal(two)
    await stage.sayInGroup(-5, 1, '@agent_bot one')
    await stage.sayInGroup(-5, 2, '@agent_bot two')
    await stage.sayInGroup(-6, 2, '@agent_bot two')
    await stage.run(addLabels, { contactId: one, labels: ['vip'] })
    await stage.run(addLabels, { contactId: two, labels: ['vip', 'new'] })
    await stage.run(updateContact, { contactId: two, fields: { email: 'two@example.com' } })
    await stage.rest()
    const before = await stage.everything()
    const id = await stage.merge(one, two)
    expect(await stage.everything()).not.toEqual(before)
    await stage.undo(id)
    expect(await stage.everything()).toEqual(before)
    expect(await stage.contact(two)).toMatchObject({ id: two, email: 'two@example.com' })
  })

  it('lets runs go on: a question that the second was asked is answered for the survivor', async () => {
    await stage.merge(one, two)
    await stage.say(2, 'Boris')
    expect((await stage.heard(2)).at(-1)).toBe('Thank you, Boris!')
    await stage.say(1, 'Anna')
    expect((await stage.heard(1)).at(-1)).toBe('Thank you, Anna!')
    expect(await stage.owned('runs', `status = 'ended'`)).toEqual({ [one]: 2 })
  })

  it('keeps the values of the survivor, fills its gaps, adds labels up, and does what was chosen', async () => {
    await stage.run(updateContact, {
      contactId: one,
      fields: { lastName: 'One' },
      attributes: { size: 'S' },
      defineMissing: true,
    })
    const more = { lastName: 'Two', email: 'two@example.com' }
    await stage.run(updateContact, {
      contactId: two,
      fields: more,
      attributes: { size: 'M', color: 'red' },
      defineMissing: true,
    })
    await stage.run(addLabels, { contactId: two, labels: ['vip'] })
    await stage.merge(one, two, { 'attributes.size': 'second' })
    expect(await stage.contact(one)).toMatchObject({
      lastName: 'One',
      email: 'two@example.com',
      attributes: { size: 'M', color: 'red' },
      labels: ['vip'],
    })
  })

  it('keeps who is blocked out, unless chosen otherwise', async () => {
    await stage.run(blockContact, { contactId: two, until: 'hour' })
    await stage.merge(one, two)
    expect(await stage.contact(one)).toMatchObject({ blocked: { until: expect.any(String) } })
    await stage.run(blockContact, { contactId: three })
    await stage.merge(one, three, { block: 'survivor' })
    expect(await stage.contact(one)).toMatchObject({ blocked: { until: expect.any(String) } })
  })

  it('refuses what cannot be merged, and says why', async () => {
    await expect(stage.merge(one, one)).rejects.toThrow(`Contact ${one} cannot be merged with itself.`)
    await expect(stage.merge(one, 99)).rejects.toThrow('There is no contact 99 in this project.')
    await expect(stage.merge(one, two, { nose: 'second' })).rejects.toThrow('choices.nose: there is nothing to choose')
    const id = await stage.merge(one, two)
    await expect(stage.merge(three, two)).rejects.toThrow(
      `Contact ${two} was merged into contact ${one} already, by merge ${id}.`,
    )
    expect(await stage.owned('identities')).toEqual({ [one]: 2, [three]: 1 })
  })

  it('takes signals along that wait for a contact who is in no channel yet', async () => {
    const { id } = (await stage.api('POST', '/contacts', { firstName: 'Nobody' })) as { id: number }
    const [{ id: flowId } = { id: 0 }] = await stage.db.query<{ id: number }>(
      `select id from flows where name = 'Later'`,
    )
    await stage.db.query(
      `with t as (insert into threads (project_id, channel_id, external_id) values (1, 0, 'contact:${id}') returning id)
       insert into events (project_id, channel_id, thread_id, external_id, kind, payload, status, received_at)
       select 1, 0, id, 'start:x', 'signal', $1::text::jsonb, 'pending', now() from t`,
      [JSON.stringify({ kind: 'signal', signal: 'start', data: { flow: flowId } })],
    )
    await stage.merge(one, id)
    await stage.parley.sweep()
    expect((await stage.heard(1)).at(-1)).toBe(`Started for ${one}`)
  })
})
