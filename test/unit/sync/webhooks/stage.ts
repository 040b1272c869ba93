import { expect, vi } from 'vitest'
import { createContact } from '../../../../src/contacts/create-contact.ts'
import { createPipeline } from '../../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../../src/crm/create-spot.ts'
import { readChanges } from '../../../../src/platform/changes.ts'
import { VirtualClock } from '../../../../src/platform/clock.ts'
import type { Tx } from '../../../../src/platform/database/database.ts'
import { runTogether } from '../../../../src/platform/database/statement.ts'
import {
  insertAttempts,
  noteResults,
  noteStarts,
  readPending,
} from '../../../../src/platform/deliveries/deliveries.store.ts'
import type {
  AttemptOutcome,
  AttemptResult,
  Delivery,
  DeliverySender,
} from '../../../../src/platform/deliveries/delivery.ts'
import { makeAttempt } from '../../../../src/platform/deliveries/make-attempt.ts'
import { createLog } from '../../../../src/platform/log.ts'
import { createSafeHttp } from '../../../../src/platform/safe-http/safe-http.ts'
import { createVault } from '../../../../src/platform/secrets.ts'
import type { ChangePayload } from '../../../../src/sync/webhooks/change-payload.ts'
import { createWebhook } from '../../../../src/sync/webhooks/create-webhook.ts'
import { deliverChanges } from '../../../../src/sync/webhooks/deliver-changes.ts'
import { webhookSender } from '../../../../src/sync/webhooks/send-webhook.ts'
import { updateWebhook } from '../../../../src/sync/webhooks/update-webhook.ts'
import { webhookQueue } from '../../../../src/sync/webhooks/webhook-queue.ts'
import type { WorkContext } from '../../../../src/team/context.ts'
import type { FreshDatabase } from '../../../database.ts'
import { makeProject } from '../../../project.ts'
import { type Receiver, startReceiver } from './receiver.ts'

export const vault = createVault('a key for the tests of webhooks')
const open = createSafeHttp({ allowedPrivateHosts: ['127.0.0.1'] })
/** A client that reaches no address of this machine. */
export const guarded = createSafeHttp({ allowedPrivateHosts: [] })

type Verb<Input, Result> = (tx: Tx, context: WorkContext, input: Input) => Promise<Result>

/** A project with a contact and a funnel, and another system that takes webhooks. */
export interface Stage {
  context: WorkContext
  receiver: Receiver
  clock: VirtualClock
  contactId: number
  sender: DeliverySender
  run<Input, Result>(verb: Verb<Input, Result>, input: Input): Promise<Result>
  subscribe(input?: Partial<Parameters<typeof createWebhook>[2]>): ReturnType<typeof createWebhook>
  update(
    webhookId: number,
    input: Omit<Parameters<typeof updateWebhook>[2], 'webhookId'>,
  ): ReturnType<typeof updateWebhook>
  /** Makes deliveries of all changes so far, and gives what waits for all subscriptions. */
  deliver(): Promise<Delivery[]>
  waiting(): Promise<Delivery[]>
  /** One attempt, noted as the dispatcher does. */
  attempt(delivery: Delivery, sender?: DeliverySender): Promise<AttemptOutcome>
  payloads(): Promise<ChangePayload[]>
}

export async function openStage({ db, clear }: FreshDatabase): Promise<Stage> {
  await clear()
  // The verifying library knows only the machine's clock.
  const clock = new VirtualClock(new Date())
  const context = await makeProject(db, clock.now())
  const receiver = await startReceiver()
  const run: Stage['run'] = (verb, input) => db.transaction((tx) => verb(tx, { ...context, now: clock.now() }, input))
  const { id: spotId } = await run(createSpot, { name: 'Moscow' })
  await run(createPipeline, { spotId, name: 'Sales', stages: [{ name: 'New' }] })
  const { id: contactId } = await run(createContact, { fields: { firstName: 'Anna', phone: '+79161234567' } })
  await db.query('truncate changes')
  const sender = senderOf(db, clock)

  const waiting = async () => {
    const rows = await db.query<{ queue: string }>('select distinct queue from deliveries where finished_at is null')
    const all = await Promise.all(rows.map(({ queue }) => readPending(db, queue, 0, 1000, 'test')))
    return all.flat().sort((a, b) => a.id - b.id)
  }
  const deliver = async () => {
    // Other transactions of the server may hold the log's end back for a moment.
    await vi.waitFor(
      () =>
        db.transaction(async (tx) => {
          const { changes } = await readChanges(tx, { xact: '0', changeId: 0 }, 1000)
          expect(await tx.query('select id from changes')).toHaveLength(changes.length)
          await deliverChanges(tx, changes, clock.now(), createLog('silent'))
          await tx.query('truncate changes')
        }),
      { timeout: 15_000, interval: 20 },
    )
    return waiting()
  }
  return {
    context,
    receiver,
    clock,
    contactId,
    sender,
    run,
    waiting,
    deliver,
    subscribe: (input = {}) =>
      db.transaction((tx) =>
        createWebhook(tx, context, { name: 'crm', url: receiver.url, kinds: ['*'], ...input }, vault),
      ),
    update: (webhookId, input) =>
      db.transaction((tx) => updateWebhook(tx, { ...context, now: clock.now() }, { webhookId, ...input }, vault)),
    async attempt(delivery, used = sender) {
      const startedAt = clock.now()
      delivery.attempts++
      await db.transaction((tx) => runTogether(tx, [noteStarts([delivery], 'test')]))
      const attempt = await makeAttempt(used, delivery, { clock, sendTimeoutMs: 10_000 })
      const results: AttemptResult[] = [{ delivery, attempt, startedAt, durationMs: 5 }]
      await db.transaction(async (tx) => {
        await runTogether(tx, [noteResults(results, startedAt, 'test'), insertAttempts(results)])
        await used.settle!(tx, results, () => undefined)
      })
      return attempt
    },
    payloads: async () => (await deliver()).map(({ payload }) => payload as ChangePayload),
  }
}

export function senderOf(db: FreshDatabase['db'], clock: VirtualClock, http = open, key = vault): DeliverySender {
  return webhookSender({ db, vault: key, http, clock, inFlight: 16 })
}

/** The queue of the only subscription of a fresh database. */
export const onlyQueue = webhookQueue(1)
