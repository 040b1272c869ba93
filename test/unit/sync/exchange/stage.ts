import { setImmediate as soon } from 'node:timers/promises'
import { asc, eq, gt } from 'drizzle-orm'
import { createContact, type NewContact } from '../../../../src/contacts/create-contact.ts'
import { createDeal, type newDealSchema } from '../../../../src/crm/create-deal.ts'
import { createPipeline } from '../../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../../src/crm/create-spot.ts'
import { changes as log } from '../../../../src/platform/changes.table.ts'
import { VirtualClock } from '../../../../src/platform/clock.ts'
import type { Database, Tx } from '../../../../src/platform/database/database.ts'
import { AppError } from '../../../../src/platform/errors.ts'
import { createLog } from '../../../../src/platform/log.ts'
import type { CrmAdapter, CrmEntity } from '../../../../src/sync/crm.ts'
import { crmLinks, crmPushes } from '../../../../src/sync/exchange/exchange.table.ts'
import { createExchangeWorker, type ExchangeWorker } from '../../../../src/sync/exchange/exchange-worker.ts'
import { hear } from '../../../../src/sync/exchange/hear.ts'
import type { CrmLink } from '../../../../src/sync/exchange/link.ts'
import { noteChanges } from '../../../../src/sync/exchange/note-changes.ts'
import type { CrmPush } from '../../../../src/sync/exchange/push.ts'
import { queuePush } from '../../../../src/sync/exchange/queue-push.ts'
import type { Wanted } from '../../../../src/sync/exchange/wanted.ts'
import type { Integration } from '../../../../src/sync/integrations/integration.ts'
import { findIntegration } from '../../../../src/sync/integrations/integrations.store.ts'
import { integrations } from '../../../../src/sync/integrations/integrations.table.ts'
import { defaultMapping } from '../../../../src/sync/mapping/default-mapping.ts'
import { readOurSide } from '../../../../src/sync/mapping/our-side.store.ts'
import type { WorkContext } from '../../../../src/team/context.ts'
import { operators } from '../../../../src/team/team.table.ts'
import { crmContext } from '../../../crm-context.ts'
import { buildLedger, type Ledger } from '../../../doubles/ledger/ledger.ts'
import { makeProject } from '../../../project.ts'

/** A project whose deals stand in the pipeline Sales, connected with an account of the ledger, and who works between the two. */
export interface Stage {
  db: Database
  clock: VirtualClock
  ledger: Ledger
  integrationId: number
  /** What an operator does. */
  context(): WorkContext
  /** Who works for it; replaced by {@link Stage.takeOver}. */
  worker: ExchangeWorker
  /** What was asked of the vendor to be written. */
  asked: Parameters<CrmAdapter['write']>[]
  /** What happens between the vendor's answer to a write and our hearing of it. */
  afterWrite?: () => Promise<unknown>
  /** Whether the vendor refuses to look for a contact. */
  refuseFinding?: (phones: string[]) => boolean
  contact(input?: NewContact): Promise<number>
  deal(contactId: number, input?: Partial<Parameters<typeof newDealSchema.parse>[0] & object>): Promise<number>
  do<Result>(work: (tx: Tx, context: WorkContext) => Promise<Result>): Promise<Result>
  /** A block asks for something to go there. */
  ask(entity: CrmEntity, subjectId: number, key: string, wanted?: Partial<Wanted>): Promise<CrmPush>
  /** Tells of the changes made here, and lets the worker do what is due. */
  work(): Promise<void>
  /** Brings what the vendor wants to tell us. */
  listen(): Promise<void>
  /** Works and listens until neither side has anything to tell. */
  settle(): Promise<void>
  /** Another process takes the lease; what the first one had in hand stays as it was. */
  takeOver(): Promise<void>
  update(fields: Partial<typeof integrations.$inferInsert>): Promise<void>
  integration(): Promise<Integration>
  pushes(): Promise<CrmPush[]>
  links(): Promise<CrmLink[]>
  stop(): Promise<void>
}

export async function setStage(
  db: Database,
  { signals = { notify: () => {} } }: { signals?: { notify(topic: string): void } } = {},
): Promise<Stage> {
  const clock = new VirtualClock()
  const project = await makeProject(db, clock.now())
  const context = () => ({ ...project, now: clock.now() })
  const { projectId } = project
  await db.orm.insert(operators).values({
    projectId,
    name: 'Peter',
    email: 'peter@example.com',
    role: 'manager',
    onShift: true,
    createdAt: clock.now(),
  })
  await db.transaction(async (tx) => {
    const spot = await createSpot(tx, context(), { name: 'Moscow' })
    await createPipeline(tx, context(), {
      spotId: spot.id,
      name: 'Sales',
      stages: [{ name: 'New' }, { name: 'Talks' }],
    })
  })
  const ledger = buildLedger({ clock })
  const mapping = defaultMapping(ledger.account.lists, await readOurSide(db, projectId))
  const [row] = await db.orm
    .insert(integrations)
    .values({
      projectId,
      name: 'Ledger',
      kind: 'ledger',
      settings: {},
      hookId: `hk_${Math.random()}`,
      direction: 'both',
      sends: 'every_deal',
      mapping,
      enabled: true,
      account: 'Ledger & Sons',
      lists: ledger.account.lists,
      listsAt: clock.now(),
      caughtUpTo: clock.now(),
      createdAt: clock.now(),
      updatedAt: clock.now(),
    })
    .returning()
  const integrationId = row!.id
  const adapter: CrmAdapter = ledger.definition.create(
    crmContext({ key: 'inkwell', secret: 'quill', perSecond: 100_000 }, { clock }),
  )
  await adapter.connect(new AbortController().signal)
  const write: CrmAdapter['write'] = async (...asked) => {
    stage.asked.push(asked)
    const written = await adapter.write(...asked)
    await stage.afterWrite?.()
    return written
  }
  const findContact: NonNullable<CrmAdapter['findContact']> = async (by, signal) => {
    if (stage.refuseFinding?.(by.phones)) throw new AppError('invalid', 'The vendor takes no such search.')
    return adapter.findContact!(by, signal)
  }
  const hire = async () => {
    const worker = createExchangeWorker({
      db,
      clock,
      log: createLog(process.env.TEST_LOG ?? 'fatal'),
      processName: `process-${Math.random()}`,
      hub: { adapter: () => ({ ...adapter, write, ...(ledger.account.abilities.search && { findContact }) }) },
      signals,
      random: () => 0.5,
    })
    await worker.own(integrationId)
    await worker.idle()
    return worker
  }
  let seen = 0
  // Read as they stand there: the log's own readers wait for everybody who writes on the server.
  const tellChanges = async () => {
    const changes = await db.orm.select().from(log).where(gt(log.id, seen)).orderBy(asc(log.id))
    await db.transaction((tx) => noteChanges(tx, changes, clock.now()))
    seen = changes.at(-1)?.id ?? seen
  }

  const stage: Stage = {
    db,
    clock,
    ledger,
    integrationId,
    context,
    asked: [],
    worker: await hire(),
    contact: async (input = {}) => (await db.transaction((tx) => createContact(tx, context(), input))).id,
    deal: async (contactId, input = {}) => {
      const deal = { contactId, name: 'A red car', stage: 'New', ...(input as object) }
      return (await db.transaction((tx) => createDeal(tx, context(), deal))).id
    },
    do: (work) => db.transaction((tx) => work(tx, context())),
    ask: (entity, subjectId, key, wanted) => {
      const request = { projectId, integrationId, entity, subjectId, key }
      return db.transaction((tx) =>
        queuePush(tx, { ...request, wanted: wanted ? { values: {}, ...wanted } : null }, clock.now()),
      )
    },
    async work() {
      await tellChanges()
      await stage.worker.tick()
      await stage.worker.idle()
      await tellChanges()
    },
    async listen() {
      for (const request of ledger.account.outbox.splice(0)) {
        const { heard } = await adapter.receive(request)
        await db.transaction((tx) => hear(tx, integrationId, heard, clock.now()))
      }
    },
    async settle() {
      for (let round = 0; round < 20; round++) {
        await stage.listen()
        const before = ledger.calls.length
        await stage.work()
        await soon()
        if (ledger.calls.length === before && ledger.account.outbox.length === 0) return
      }
      throw new Error('The two sides never come to rest.')
    },
    async takeOver() {
      await stage.worker.disown(integrationId)
      stage.worker = await hire()
    },
    update: async (fields) => {
      await db.orm.update(integrations).set(fields).where(eq(integrations.id, integrationId))
    },
    integration: async () => (await findIntegration(db, integrationId))!,
    pushes: () => db.orm.select().from(crmPushes).orderBy(crmPushes.id),
    links: () => db.orm.select().from(crmLinks).orderBy(crmLinks.id),
    stop: () => stage.worker.stop(1000),
  }
  return stage
}
