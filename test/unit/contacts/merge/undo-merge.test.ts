import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addLabels } from '../../../../src/contacts/add-labels.ts'
import { addNote } from '../../../../src/contacts/add-note.ts'
import { removeIdentity } from '../../../../src/contacts/remove-identity.ts'
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

describe('an undo', () => {
  it('gives back what came by the identities of the second, and leaves what came by none', async () => {
    await stage.makePipeline()
    const id = await stage.merge(one, two)
    await stage.say(2, 'by two')
    await stage.say(1, 'by one')
    await stage.sayInGroup(-5, 2, '@agent_bot by two')
    await stage.rest()
    await stage.makeDeal(two, await stage.conversationId(2))
    await stage.makeDeal(one)
    await stage.run(addNote, { contactId: one, text: 'about two', conversationId: await stage.conversationId(2) })
    await stage.run(addNote, { contactId: one, text: 'about whom?' })
    const preview = (await stage.api('GET', `/merges/${id}/undo-preview`)) as Record<string, unknown>
    expect(preview).toMatchObject({
      obstacle: null,
      goes: { identities: 1, conversations: 1, deals: 1, notes: 1, runs: 1 },
      stays: { deals: 1, notes: 1 },
    })
    await stage.undo(id)
    expect(await stage.owned('deals')).toEqual({ [one]: 1, [two]: 1 })
    expect(await stage.owned('notes')).toEqual({ [one]: 1, [two]: 1 })
    expect(await stage.owned('messages', `text = '@agent_bot by two'`)).toEqual({ [two]: 1 })
    expect(await stage.owned('messages', `text = 'by two'`)).toEqual({ [two]: 1 })
    expect(await stage.owned('messages', `text = 'by one'`)).toEqual({ [one]: 1 })
    expect(await stage.db.query('select contact_id from members')).toEqual([{ contact_id: two }])
    await stage.say(2, 'still two')
    expect(await stage.owned('messages', `text = 'still two'`)).toEqual({ [two]: 1 })
  })

  it('gives identities back that were learned by those of the second', async () => {
    const id = await stage.merge(one, two)
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
    await stage.undo(id)
    expect(await stage.db.query('select value from identities where contact_id = $1 order by id', [two])).toEqual(
      ['2', '+79161234567', '9'].map((value) => ({ value })),
    )
    expect(await stage.owned('identities')).toEqual({ [one]: 2, [two]: 3, [three]: 1 })
  })

  it('gives back what was said by an identity that was taken away meanwhile', async () => {
    await stage.sayInGroup(-5, 2, '@agent_bot by two')
    const id = await stage.merge(one, two)
    await stage.run(removeIdentity, { contactId: one, kind: 'telegram', value: '2' })
    await stage.undo(id)
    expect(await stage.owned('messages', `text = '@agent_bot by two'`)).toEqual({ [two]: 1 })
    expect(await stage.owned('conversations')).toEqual({ [one]: 1, [two]: 1, [three]: 1 })
    expect(await stage.owned('identities')).toEqual({ [one]: 1, [three]: 1 })
  })

  it('leaves values and labels alone that were changed since', async () => {
    await stage.run(addLabels, { contactId: two, labels: ['from two', 'dropped'] })
    await stage.run(updateContact, { contactId: two, fields: { email: 'two@example.com', country: 'DE' } })
    const id = await stage.merge(one, two)
    await stage.run(updateContact, { contactId: one, fields: { country: 'FR' } })
    await stage.run(addLabels, { contactId: one, labels: ['since'] })
    await stage.undo(id)
    expect(await stage.contact(one)).toMatchObject({ country: 'FR', email: null, labels: ['since'] })
    expect(await stage.contact(two)).toMatchObject({ country: 'DE', labels: ['from two', 'dropped'] })
  })

  it('goes back a chain of merges in its order only', async () => {
    const before = await stage.everything()
    const first = await stage.merge(two, one)
    const second = await stage.merge(three, two)
    expect(await stage.contact(one)).toEqual(await stage.contact(three))
    await expect(stage.undo(first)).rejects.toThrow(
      `Contact ${two} was itself merged into contact ${three} later; undo merge ${second} first.`,
    )
    expect(await stage.api('GET', `/merges/${first}/undo-preview`)).toMatchObject({
      obstacle: expect.stringContaining(`undo merge ${second} first`),
    })
    await stage.undo(second)
    await stage.undo(first)
    expect(await stage.everything()).toEqual(before)
    await expect(stage.undo(first)).rejects.toThrow(`Merge ${first} was undone already`)
    await expect(stage.undo(99)).rejects.toThrow('There is no merge 99 in this project.')
  })

  it('of the last contact that was taken in comes first', async () => {
    const first = await stage.merge(one, two)
    const second = await stage.merge(one, three)
    await expect(stage.undo(first)).rejects.toThrow(
      `Contact ${one} took in contact ${three} later; undo merge ${second} first.`,
    )
  })

  it('and the merge are told to webhooks, with the contacts as they are', async () => {
    const id = await stage.merge(one, two)
    await stage.undo(id)
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
