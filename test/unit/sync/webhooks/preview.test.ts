import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createDeal } from '../../../../src/crm/create-deal.ts'
import { recordChange } from '../../../../src/platform/changes.ts'
import { previewWebhook, type WebhookPreview } from '../../../../src/sync/webhooks/preview-webhook.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
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

describe('a preview', () => {
  const preview = (input: Omit<Parameters<typeof previewWebhook>[2], 'webhookId'>) =>
    previewWebhook(fresh.db, stage.context, { webhookId: 1, ...input }, vault)

  it('shows what would be sent of a change, a deal or a contact, and whether it is wanted', async () => {
    await stage.subscribe({
      kinds: ['deal.created', 'note.added'],
      filter: { rules: [{ field: 'deal.budget', operator: 'greater', value: 10 }] },
      secretHeaders: { Authorization: 'Bearer a-very-secret-token' },
      template: { kind: '{{ change.kind }}', deal: '{{ deal.name }}', who: '{{ contact.first_name }}' },
    })
    const deal = await stage.run(createDeal, { contactId: stage.contactId, name: 'Lada', budget: 5, currency: 'RUB' })
    const shown = (preview: WebhookPreview) => JSON.parse(preview.request!.body) as unknown
    const [{ id: changeId } = { id: 0 }] = await fresh.db.query<{ id: number }>(
      `select id from changes where kind = 'deal.created'`,
    )
    const ofChange = await preview({ changeId })
    expect(ofChange).toMatchObject({
      kind: 'deal.created',
      wanted: false,
      request: {
        method: 'POST',
        url: stage.receiver.url,
        headers: { authorization: '•••', 'parley-ordering-key': `deal:${deal.id}` },
      },
      error: null,
    })
    expect(shown(ofChange)).toEqual({ kind: 'deal.created', deal: 'Lada', who: 'Anna' })
    expect(await preview({ dealId: deal.id, webhook: { filter: null } })).toMatchObject({ wanted: true })
    const ofContact = await preview({ contactId: stage.contactId })
    expect(ofContact).toMatchObject({ kind: 'contact.updated', wanted: false })
    expect(shown(ofContact)).toEqual({ kind: 'contact.updated', deal: null, who: 'Anna' })
    expect(stage.receiver.requests).toEqual([])
  })

  it('tries what is not saved yet, names what cannot be made, and knows its own project only', async () => {
    await stage.subscribe()
    const { contactId } = stage
    const { request } = await preview({
      contactId,
      webhook: { template: { name: '{{ contact.name }}' }, method: 'PUT' },
    })
    expect(request).toMatchObject({ method: 'PUT', body: '{"name":"Anna"}' })
    const long = { all: Array.from({ length: 300 }, () => '{{ payload.data.contact }}') }
    expect(await preview({ contactId, webhook: { template: long } })).toMatchObject({
      request: null,
      error: { code: 'too_large' },
    })
    await expect(preview({ contactId, webhook: { template: { a: '{{ x.y }}' } } })).rejects.toThrow('unknown name "x"')
    await expect(preview({})).rejects.toThrow('expected one of changeId, dealId and contactId')
    await expect(preview({ dealId: 999 })).rejects.toThrow('999')
    await fresh.db.transaction((tx) =>
      recordChange(tx, { projectId: 999, kind: 'note.added', data: {}, at: stage.clock.now() }),
    )
    const [{ id } = { id: 0 }] = await fresh.db.query<{ id: number }>('select max(id) as id from changes')
    await expect(preview({ changeId: id })).rejects.toThrow(`There is no change ${id} in this project`)
  })
})
