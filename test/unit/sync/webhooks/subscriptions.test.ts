import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addLabels } from '../../../../src/contacts/add-labels.ts'
import { addNote } from '../../../../src/contacts/add-note.ts'
import { createAttribute } from '../../../../src/contacts/create-attribute.ts'
import { updateContact } from '../../../../src/contacts/update-contact.ts'
import { createDeal } from '../../../../src/crm/create-deal.ts'
import { moveDeal } from '../../../../src/crm/move-deal.ts'
import { updateDeal } from '../../../../src/crm/update-deal.ts'
import type { AppError } from '../../../../src/platform/errors.ts'
import type { ChangePayload } from '../../../../src/sync/webhooks/change-payload.ts'
import { createWebhook } from '../../../../src/sync/webhooks/create-webhook.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { makeProject } from '../../../project.ts'
import { openStage, type Stage, vault } from './stage.ts'

let fresh: FreshDatabase
let stage: Stage
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  stage = await openStage(fresh)
})
afterEach(() => stage.receiver.close())
afterAll(() => fresh.drop())

const kinds = async () => (await stage.payloads()).map(({ type }) => type)
const faultsOf = (input: Parameters<Stage['subscribe']>[0]) =>
  stage.subscribe(input).then(
    () => [],
    (error: AppError) => error.faults,
  )

describe('a subscription', () => {
  it('is refused with what is wrong about its address, kinds and secret', async () => {
    const { subscribe } = stage
    await expect(subscribe({ url: 'ftp://example.com' })).rejects.toThrow(
      'url: expected an address that begins with http:// or https://',
    )
    await expect(subscribe({ url: 'https://me:secret@example.com' })).rejects.toThrow('without user name and password')
    await expect(subscribe({ kinds: ['deals'] })).rejects.toThrow(
      'kinds[0]: expected the kind of a change such as deal.created',
    )
    await expect(subscribe({ kinds: [] })).rejects.toThrow('at least one kind')
    await expect(subscribe({ secret: 'whsec_c2hvcnQ=' })).rejects.toThrow('24 to 64 bytes')
    await subscribe()
    await expect(subscribe()).rejects.toThrow('has a webhook "crm" already')
  })

  it('keeps its secrets sealed', async () => {
    const { webhook, secret } = await stage.subscribe({ secretHeaders: { Authorization: 'Bearer abc' } })
    expect(JSON.stringify(webhook)).not.toContain(secret.slice(6))
    expect(JSON.stringify(webhook)).not.toContain('Bearer')
    expect(webhook.secrets).toHaveLength(1)
  })

  it.each([
    [['deal.created'], ['deal.created']],
    [['deal.*'], ['deal.created', 'deal.stage_entered', 'deal.status_changed']],
    [['note.added', 'contact.updated'], ['note.added']],
    [['*'], ['deal.created', 'deal.stage_entered', 'deal.status_changed', 'note.added']],
  ])('to %j hears of %j', async (wanted, heard) => {
    await stage.subscribe({ kinds: wanted })
    const deal = await stage.run(createDeal, { contactId: stage.contactId, name: 'Lada' })
    await stage.run(moveDeal, { dealId: deal.id, stage: 'Won' })
    await stage.run(addNote, { contactId: stage.contactId, text: 'Hi' })
    expect(await kinds()).toEqual(heard)
  })

  it('that is switched off or of another project hears nothing', async () => {
    const { webhook } = await stage.subscribe()
    await stage.update(webhook.id, { enabled: false })
    const other = await makeProject(fresh.db)
    await fresh.db.transaction((tx) =>
      createWebhook(tx, other, { name: 'theirs', url: stage.receiver.url, kinds: ['*'] }, vault),
    )
    await stage.run(addNote, { contactId: stage.contactId, text: 'Hi' })
    expect(await stage.deliver()).toEqual([])
  })
})

describe('a filter', () => {
  it('lets pass what it asks of the deal, in the words of flows', async () => {
    await stage.subscribe({
      kinds: ['deal.*'],
      filter: {
        rules: [
          { field: 'deal.pipeline', operator: 'equals', value: 'sales' },
          {
            match: 'any',
            rules: [
              { field: 'deal.budget', operator: 'greater', value: 1000 },
              { field: 'deal.model', operator: 'equals', value: 'Niva' },
            ],
          },
        ],
      },
    })
    const make = (name: string, budget: number, model: string) =>
      stage.run(createDeal, { contactId: stage.contactId, name, budget, currency: 'RUB', variables: { model } })
    await make('cheap', 10, 'Lada')
    await make('dear', 2000, 'Lada')
    await make('wanted', 10, 'niva')
    expect((await stage.payloads()).map(({ data }) => data.deal?.name)).toEqual(['dear', 'wanted'])
  })

  it('asks what changed and who did it', async () => {
    await stage.subscribe({
      name: 'budgets',
      filter: { rules: [{ field: 'change.fields.budget', operator: 'is_set' }] },
    })
    await stage.subscribe({
      name: 'not by operators',
      filter: { rules: [{ field: 'change.by.kind', operator: 'not_equals', value: 'operator' }] },
    })
    await stage.subscribe({
      name: 'won',
      filter: { rules: [{ field: 'change.to.stage.name', operator: 'equals', value: 'Won' }] },
    })
    const deal = await stage.run(createDeal, { contactId: stage.contactId, name: 'Lada' })
    await stage.run(updateDeal, { dealId: deal.id, budget: 5 })
    await stage.run(moveDeal, { dealId: deal.id, stage: 'Won' })
    expect(
      (await stage.deliver()).map(({ subjectId, payload }) => [subjectId, (payload as ChangePayload).type]),
    ).toEqual([
      [1, 'deal.updated'],
      [3, 'deal.stage_entered'],
    ])
  })

  it('asks about the contact, whatever is left out of a payload that is too long', async () => {
    await stage.run(createAttribute, { name: 'city', title: 'City', type: 'text' })
    await stage.run(createAttribute, { name: 'story', title: 'Story', type: 'text' })
    await stage.subscribe({
      kinds: ['contact.label_added'],
      filter: {
        rules: [
          { field: 'contact.city', operator: 'equals', value: 'Kazan' },
          { field: 'contact.story', operator: 'ends_with', value: 'the end' },
          { field: 'contact.labels', operator: 'contains', value: 'vip' },
          { field: 'now.time', operator: 'between', value: ['00:00', '24:00'] },
        ],
      },
    })
    await stage.run(updateContact, {
      contactId: stage.contactId,
      attributes: { city: 'Kazan', story: `${'ж'.repeat(9_900)} the end` },
    })
    await stage.run(addLabels, { contactId: stage.contactId, labels: ['new'] })
    await stage.run(addLabels, { contactId: stage.contactId, labels: ['vip'] })
    const payloads = await stage.payloads()
    // Both are read when the contact has both labels.
    expect(payloads.map(({ truncated, data }) => [truncated, data.change.label])).toEqual([
      [true, 'new'],
      [true, 'vip'],
    ])
    await stage.run(updateContact, { contactId: stage.contactId, attributes: { city: 'Omsk' } })
    await stage.run(addLabels, { contactId: stage.contactId, labels: ['late'] })
    expect(await stage.payloads()).toHaveLength(2)
  })

  it('is refused when saved, with each field and the reason', async () => {
    await stage.run(createAttribute, { name: 'city', title: 'City', type: 'text' })
    const faults = await faultsOf({
      filter: {
        rules: [
          { field: 'contact.sity', operator: 'equals', value: 'Kazan' },
          { field: 'conversation.mod', operator: 'equals', value: 'bot' },
          { field: 'deal.pipeline', operator: 'in_list', value: ['Sales', 'Sale'] },
          { match: 'any', rules: [{ field: 'deal.stage', operator: 'equals', value: 'Ne' }] },
          { field: 'deal.name', operator: 'equals', value: '{{ kontact.name }}' },
        ],
      },
    })
    expect(faults).toEqual([
      { path: 'filter.rules[0].field', message: 'contacts have no field or attribute "sity"; did you mean "city"?' },
      { path: 'filter.rules[1].field', message: 'conversation has no field "mod"; did you mean "mode"?' },
      { path: 'filter.rules[2].value', message: 'the project has no pipeline "Sale"; did you mean "Sales"?' },
      { path: 'filter.rules[3].rules[0].value', message: 'the project has no stage "Ne"; did you mean "New"?' },
      {
        path: 'filter.rules[4].value',
        message: 'line 1, column 4: unknown name "kontact"; did you mean "contact"?',
      },
    ])
    expect(
      await faultsOf({ filter: { rules: [{ field: 'run.answer', operator: 'equals', value: 'yes' }] } }),
    ).toMatchObject([{ path: 'filter.rules[0].field', message: expect.stringContaining('expected a field such as') }])
    expect(
      await faultsOf({ filter: { rules: [{ field: 'deal.budget', operator: 'between', value: [1] }] } }),
    ).toMatchObject([{ path: 'filter.rules[0].value', message: 'expected a list of two values: from and to' }])
  })

  it('is checked and taken away by an update', async () => {
    const { webhook } = await stage.subscribe({
      kinds: ['note.added'],
      filter: { rules: [{ field: 'deal.name', operator: 'is_set' }] },
    })
    await stage.run(addNote, { contactId: stage.contactId, text: 'one' })
    expect(await kinds()).toEqual([])
    await expect(
      stage.update(webhook.id, { filter: { rules: [{ field: 'contact.nothing', operator: 'is_set' }] } }),
    ).rejects.toThrow('filter.rules[0].field: contacts have no field or attribute "nothing"')
    await stage.update(webhook.id, { filter: null })
    await stage.run(addNote, { contactId: stage.contactId, text: 'two' })
    expect(await kinds()).toEqual(['note.added'])
  })
})
