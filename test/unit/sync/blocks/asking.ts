import { expect } from 'vitest'
import { createContact } from '../../../../src/contacts/create-contact.ts'
import { createDeal } from '../../../../src/crm/create-deal.ts'
import { createPipeline } from '../../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../../src/crm/create-spot.ts'
import { VirtualClock } from '../../../../src/platform/clock.ts'
import type { Database } from '../../../../src/platform/database/database.ts'
import { openSignals } from '../../../../src/platform/signals.ts'
import { crmCaller } from '../../../../src/sync/blocks/crm-caller.ts'
import type { CrmRequest } from '../../../../src/sync/blocks/crm-request.ts'
import { insertIntegration } from '../../../../src/sync/integrations/integrations.store.ts'
import { crmMappingSchema } from '../../../../src/sync/mapping/mapping.ts'
import type { WorkContext } from '../../../../src/team/context.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { ledgerLists } from '../../../doubles/ledger/lists.ts'
import { makeProject } from '../../../project.ts'

/** A project whose blocks ask a connected CRM, with a contact and its deal; pushes are ended as the worker would. */
export interface Asking {
  db: Database
  work: WorkContext
  integration: number
  contact: number
  deal: number
  ask(request: Partial<CrmRequest>, key?: string, signal?: AbortSignal): Promise<unknown>
  /** Ends the pushes as the worker does, and gives them. */
  finish(outcome: string): Promise<PushRow[]>
  close(): void
}

export interface PushRow {
  id: number
  entity: string
  subject_id: number
  key: string
  wanted: Record<string, unknown>
}

/** How a push ends well. */
export const done = `status = 'done', result = '{"dealId":"d1","contactId":"c1"}'`

let fresh: FreshDatabase | undefined

/** Sets it up on the file's database, emptied before. */
export async function openAsking(): Promise<Asking> {
  if (fresh) await fresh.clear()
  else fresh = await freshDatabase()
  const { db } = fresh
  const clock = new VirtualClock()
  const signals = await openSignals(db, 'test', () => {})
  const work = await makeProject(db, clock.now())
  const run = <Input, Result>(
    useCase: (tx: never, context: WorkContext, input: Input) => Promise<Result>,
    input: Input,
  ): Promise<Result> => db.transaction((tx) => useCase(tx as never, work, input))
  const spot = await run(createSpot, { name: 'Moscow' })
  await run(createPipeline, { spotId: spot.id, name: 'Sales', stages: [{ name: 'New' }] })
  const contact = (await run(createContact, { fields: { firstName: 'Anna', lastName: 'Petrova' } })).id
  const deal = (await run(createDeal, { contactId: contact, name: 'A car', spot: 'Moscow', pipeline: 'Sales' })).id
  const row = {
    projectId: work.projectId,
    name: 'ledger',
    kind: 'ledger',
    settings: {},
    hookId: 'hk',
    direction: 'both' as const,
    sends: 'by_flow' as const,
    mapping: crmMappingSchema.parse({ pipelines: [{ spot: 'Moscow', pipeline: 'Sales', theirs: 'sales' }] }),
    enabled: true,
    lists: ledgerLists(),
    listsAt: clock.now(),
    createdAt: clock.now(),
    updatedAt: clock.now(),
  }
  const integration = (await insertIntegration(db as never, row))!.id
  const caller = crmCaller({ db, clock, signals })

  return {
    db,
    work,
    integration,
    contact,
    deal,
    ask: (request, key = '12:3', signal = new AbortController().signal) =>
      caller(
        {
          integration: 'ledger',
          subject: { entity: 'deal', id: deal },
          written: { entity: 'deal', fields: [] },
          tags: [],
          ...request,
        } satisfies CrmRequest,
        signal,
        key,
      ),
    async finish(outcome) {
      let rows: PushRow[] = []
      const take = async () => {
        rows = await db.query<PushRow>(
          `update crm_pushes set ${outcome}, finished_at = now() where finished_at is null returning *`,
        )
        return rows.length
      }
      await expect.poll(take).toBeGreaterThan(0)
      for (const { id } of rows) signals.notify(`pushed:${id}`)
      return rows
    },
    close: () => signals.close(),
  }
}

/** To be called after the last test of a file. */
export async function leaveAsking(): Promise<void> {
  await fresh?.drop()
  fresh = undefined
}
