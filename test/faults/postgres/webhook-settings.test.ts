import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { addNote } from '../../../src/contacts/add-note.ts'
import { runTogether } from '../../../src/platform/database/statement.ts'
import { noteStarts } from '../../../src/platform/deliveries/deliveries.store.ts'
import { deleteWebhook } from '../../../src/sync/webhooks/delete-webhook.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { openStage, type Stage } from '../../unit/sync/webhooks/stage.ts'

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

it.each([
  ['switched on', (webhookId: number) => stage.update(webhookId, { enabled: true })],
  ['removed', (webhookId: number) => stage.run(deleteWebhook, { webhookId })],
])('a webhook is %s while results of it are noted, and neither stops the other', async (_, change) => {
  const { webhook } = await stage.subscribe()
  await stage.run(addNote, { contactId: stage.contactId, text: 'one' })
  await stage.run(addNote, { contactId: stage.contactId, text: 'two' })
  const [first, second] = await stage.deliver()
  let changing: Promise<unknown> | undefined
  // As whoever sends does: an attempt begins, and one that failed is noted, in one transaction.
  await fresh.db.transaction(async (tx) => {
    await runTogether(tx, [noteStarts([second!], 'test')])
    changing = change(webhook.id)
    await vi.waitFor(async () => {
      const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      expect(await fresh.db.query(waiting)).toHaveLength(1)
    })
    const attempt = { outcome: 'retry' as const, error: 'x', dueAt: new Date(), payload: first!.payload }
    const failed = { ...attempt, result: { status: 500 } }
    const results = [{ delivery: first!, attempt: failed, startedAt: new Date(), durationMs: 5 }]
    await stage.sender.settle!(tx, results, () => undefined)
  })
  await changing
})
