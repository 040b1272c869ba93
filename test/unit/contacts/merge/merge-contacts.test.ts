import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addLabels } from '../../../../src/contacts/add-labels.ts'
import { addNote } from '../../../../src/contacts/add-note.ts'
import { blockContact } from '../../../../src/contacts/block-contact.ts'
import { mergeContacts } from '../../../../src/contacts/merge/merge-contacts.ts'
import { undoMerge } from '../../../../src/contacts/merge/undo-merge.ts'
import { removeIdentity } from '../../../../src/contacts/remove-identity.ts'
import { updateContact } from '../../../../src/contacts/update-contact.ts'
import { createDeal } from '../../../../src/crm/create-deal.ts'
import { createPipeline } from '../../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../../src/crm/create-spot.ts'
import { mergeFollowers } from '../../../../src/gateway/merge-followers.ts'
import { asks, flow, leaveStage, openStage, type Stage, says } from '../../flows/engine/stage.ts'

let stage: Stage
/** Numbers of the contacts of persons 1, 2 and 3, who have all written. */
let one: number
let two: number
let three: number

beforeEach(async () => {
  stage = await openStage({
    flows: [
      flow(
        'Name',
        [{ type: 'any_message', conversations: ['direct'], to: 'ask' }],
        { ask: asks('Your name?', 'name'), thank: says('Thank you, {{ run.name }}!') },
        ['ask > thank'],
      ),
      flow('Later', [{ type: 'keyword', words: ['start'], to: 'say' }], { say: says('Started for {{ contact.id }}') }),
      flow('Group', [{ type: 'any_message', conversations: ['group'], to: 'echo' }], { echo: says('Hi') }),
    ],
  })
  for (const person of [1, 2, 3]) await stage.say(person, 'hello')
  await stage.rest()
  one = await stage.contactId(1)
  two = await stage.contactId(2)
  three = await stage.contactId(3)
})
afterEach(() => stage.close())
afterAll(leaveStage)

const merge = async (survivorId: number, secondId: number, choices = {}) =>
  (
    await stage.run((tx, context, input) => mergeContacts(tx, context, input, mergeFollowers), {
      survivorId,
      secondId,
      choices,
    })
  ).merge.id
const undo = (mergeId: number) =>
  stage.run((tx, context, input) => undoMerge(tx, context, input, mergeFollowers), { mergeId })
const contact = async (id: number) => (await stage.api('GET', `/contacts/${id}`)) as Record<string, unknown>
/** Of each contact, how many rows of a table are its own. */
const owned = async (table: string, condition = 'true') => {
  const rows = await stage.db.query<{ contact_id: number; n: number }>(
    `select contact_id, count(*)::int as n from ${table} where contact_id is not null and ${condition} group by 1 order by 1`,
  )
  return Object.fromEntries(rows.map((row) => [row.contact_id, row.n]))
}
const makeDeal = async (contactId: number, conversationId?: number) =>
  stage.run(createDeal, { name: 'Car', contactId, conversationId, spot: 'Centre' })
const makePipeline = async () => {
  const spot = await stage.run(createSpot, { name: 'Centre' })
  await stage.run(createPipeline, { spotId: spot.id, name: 'Sales' })
}
const everything = async () => ({
  identities: await owned('identities'),
  conversations: await owned('conversations'),
  messages: await owned('messages'),
  members: await stage.db.query('select * from members order by 1, 2'),
  runs: await owned('runs'),
  subscribers: await stage.db.query('select * from subscribers order by 1, 2'),
  deals: await owned('deals'),
  notes: await owned('notes'),
  contacts: await stage.db.query(`select to_jsonb(c) - 'updated_at' as c from contacts c order by id`),
})

describe('a merge', () => {
  it('gives all that the second contact has to the survivor, and leads its number there', async () => {
    await makePipeline()
    await makeDeal(two)
    await stage.run(addNote, { contactId: two, text: 'a note' })
    await merge(one, two)
    const all = await everything()
    for (const table of ['identities', 'conversations', 'messages', 'runs', 'deals', 'notes'] as const)
      expect(all[table], table).not.toHaveProperty(String(two))
    expect(all.identities).toEqual({ [one]: 2, [three]: 1 })
    expect(all.conversations).toEqual({ [one]: 2, [three]: 1 })
    expect(await contact(two)).toEqual(await contact(one))
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
    await makePipeline()
    await makeDeal(two)
    await stage.sayInGroup(-5, 1, '@agent_bot one')
    await stage.sayInGroup(-5, 2, '@agent_bot two')
    await stage.sayInGroup(-6, 2, '@agent_bot two')
    await stage.run(addLabels, { contactId: one, labels: ['vip'] })
    await stage.run(addLabels, { contactId: two, labels: ['vip', 'new'] })
    await stage.run(updateContact, { contactId: two, fields: { email: 'two@example.com' } })
    await stage.rest()
    const before = await everything()
    const id = await merge(one, two)
    expect(await everything()).not.toEqual(before)
    await undo(id)
    expect(await everything()).toEqual(before)
    expect(await contact(two)).toMatchObject({ id: two, email: 'two@example.com' })
  })

  it('lets runs go on: a question that the second was asked is answered for the survivor', async () => {
    await merge(one, two)
    await stage.say(2, 'Boris')
    expect((await stage.heard(2)).at(-1)).toBe('Thank you, Boris!')
    await stage.say(1, 'Anna')
    expect((await stage.heard(1)).at(-1)).toBe('Thank you, Anna!')
    expect(await owned('runs', `status = 'ended'`)).toEqual({ [one]: 2 })
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
    await merge(one, two, { 'attributes.size': 'second' })
    expect(await contact(one)).toMatchObject({
      lastName: 'One',
      email: 'two@example.com',
      attributes: { size: 'M', color: 'red' },
      labels: ['vip'],
    })
  })

  it('keeps who is blocked out, unless chosen otherwise', async () => {
    await stage.run(blockContact, { contactId: two, until: 'hour' })
    await merge(one, two)
    expect(await contact(one)).toMatchObject({ blocked: { until: expect.any(String) } })
    await stage.run(blockContact, { contactId: three })
    await merge(one, three, { block: 'survivor' })
    expect(await contact(one)).toMatchObject({ blocked: { until: expect.any(String) } })
  })

  it('refuses what cannot be merged, and says why', async () => {
    await expect(merge(one, one)).rejects.toThrow(`Contact ${one} cannot be merged with itself.`)
    await expect(merge(one, 99)).rejects.toThrow('There is no contact 99 in this project.')
    await expect(merge(one, two, { nose: 'second' })).rejects.toThrow('choices.nose: there is nothing to choose')
    const id = await merge(one, two)
    await expect(merge(three, two)).rejects.toThrow(
      `Contact ${two} was merged into contact ${one} already, by merge ${id}.`,
    )
    expect(await owned('identities')).toEqual({ [one]: 2, [three]: 1 })
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
    await merge(one, id)
    await stage.parley.sweep()
    expect((await stage.heard(1)).at(-1)).toBe(`Started for ${one}`)
  })
})

describe('an undo', () => {
  it('gives back what came by the identities of the second, and leaves what came by none', async () => {
    await makePipeline()
    const id = await merge(one, two)
    await stage.say(2, 'by two')
    await stage.say(1, 'by one')
    await stage.sayInGroup(-5, 2, '@agent_bot by two')
    await stage.rest()
    await makeDeal(two, await stage.conversationId(2))
    await makeDeal(one)
    await stage.run(addNote, { contactId: one, text: 'about two', conversationId: await stage.conversationId(2) })
    await stage.run(addNote, { contactId: one, text: 'about whom?' })
    const preview = (await stage.api('GET', `/merges/${id}/undo-preview`)) as Record<string, unknown>
    expect(preview).toMatchObject({
      obstacle: null,
      goes: { identities: 1, conversations: 1, deals: 1, notes: 1, runs: 1 },
      stays: { deals: 1, notes: 1 },
    })
    await undo(id)
    expect(await owned('deals')).toEqual({ [one]: 1, [two]: 1 })
    expect(await owned('notes')).toEqual({ [one]: 1, [two]: 1 })
    expect(await owned('messages', `text = '@agent_bot by two'`)).toEqual({ [two]: 1 })
    expect(await owned('messages', `text = 'by two'`)).toEqual({ [two]: 1 })
    expect(await owned('messages', `text = 'by one'`)).toEqual({ [one]: 1 })
    expect(await stage.db.query('select contact_id from members')).toEqual([{ contact_id: two }])
    await stage.say(2, 'still two')
    expect(await owned('messages', `text = 'still two'`)).toEqual({ [two]: 1 })
  })

  it('gives identities back that were learned by those of the second', async () => {
    const id = await merge(one, two)
    await stage.update({
      message: {
        message_id: 50,
        date: 1_793_600_000,
        chat: { id: 2, type: 'private', first_name: 'Person 2' },
        from: { id: 2, is_bot: false, first_name: 'Person 2' },
        text: 'hi',
      },
    })
    await stage.db.query(
      `insert into identities (project_id, contact_id, kind, value, came_by, created_at)
       values (1, $1, 'phone', '+79161234567', 'telegram/2', now()), (1, $1, 'email', 'by@hand.com', null, now()),
              (1, $1, 'whatsapp', '9', 'phone/+79161234567', now())`,
      [one],
    )
    await undo(id)
    expect(await stage.db.query('select value from identities where contact_id = $1 order by id', [two])).toEqual(
      ['2', '+79161234567', '9'].map((value) => ({ value })),
    )
    expect(await owned('identities')).toEqual({ [one]: 2, [two]: 3, [three]: 1 })
  })

  it('gives back what was said by an identity that was taken away meanwhile', async () => {
    await stage.sayInGroup(-5, 2, '@agent_bot by two')
    const id = await merge(one, two)
    await stage.run(removeIdentity, { contactId: one, kind: 'telegram', value: '2' })
    await undo(id)
    expect(await owned('messages', `text = '@agent_bot by two'`)).toEqual({ [two]: 1 })
    expect(await owned('conversations')).toEqual({ [one]: 1, [two]: 1, [three]: 1 })
    expect(await owned('identities')).toEqual({ [one]: 1, [three]: 1 })
  })

  it('leaves values and labels alone that were changed since', async () => {
    await stage.run(addLabels, { contactId: two, labels: ['from two', 'dropped'] })
    await stage.run(updateContact, { contactId: two, fields: { email: 'two@example.com', country: 'DE' } })
    const id = await merge(one, two)
    await stage.run(updateContact, { contactId: one, fields: { country: 'FR' } })
    await stage.run(addLabels, { contactId: one, labels: ['since'] })
    await undo(id)
    expect(await contact(one)).toMatchObject({ country: 'FR', email: null, labels: ['since'] })
    expect(await contact(two)).toMatchObject({ country: 'DE', labels: ['from two', 'dropped'] })
  })

  it('goes back a chain of merges in its order only', async () => {
    const before = await everything()
    const first = await merge(two, one)
    const second = await merge(three, two)
    expect(await contact(one)).toEqual(await contact(three))
    await expect(undo(first)).rejects.toThrow(
      `Contact ${two} was itself merged into contact ${three} later; undo merge ${second} first.`,
    )
    expect(await stage.api('GET', `/merges/${first}/undo-preview`)).toMatchObject({
      obstacle: expect.stringContaining(`undo merge ${second} first`),
    })
    await undo(second)
    await undo(first)
    expect(await everything()).toEqual(before)
    await expect(undo(first)).rejects.toThrow(`Merge ${first} was undone already`)
    await expect(undo(99)).rejects.toThrow('There is no merge 99 in this project.')
  })

  it('of the last contact that was taken in comes first', async () => {
    const first = await merge(one, two)
    const second = await merge(one, three)
    await expect(undo(first)).rejects.toThrow(
      `Contact ${one} took in contact ${three} later; undo merge ${second} first.`,
    )
  })

  it('and the merge are told to webhooks, with the contacts as they are', async () => {
    const id = await merge(one, two)
    await undo(id)
    const changes = await stage.db.query(
      `select kind, contact_id, data - 'by' as data from changes where kind like 'contact.%merged' order by id`,
    )
    const data = { merge: id, survivor: one, restoredContact: two }
    expect(changes).toEqual([
      { kind: 'contact.merged', contact_id: one, data: { merge: id, mergedContact: two } },
      { kind: 'contact.unmerged', contact_id: one, data },
      { kind: 'contact.unmerged', contact_id: two, data },
    ])
  })
})
