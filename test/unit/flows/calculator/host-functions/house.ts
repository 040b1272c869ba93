import { expect } from 'vitest'
import { createContact } from '../../../../../src/contacts/create-contact.ts'
import { linkContacts } from '../../../../../src/contacts/links/link-contacts.ts'
import { createDeal } from '../../../../../src/crm/create-deal.ts'
import { createPipeline } from '../../../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../../../src/crm/create-spot.ts'
import { setDealStatus } from '../../../../../src/crm/set-deal-status.ts'
import { createTask } from '../../../../../src/crm/tasks/create-task.ts'
import { blocks } from '../../../../../src/flows/blocks/registry.ts'
import type { HostFunction } from '../../../../../src/flows/calculator/host-functions/define-host-function.ts'
import type { CalculatorValue } from '../../../../../src/flows/calculator/value.ts'
import { EngineCache } from '../../../../../src/flows/engine/engine-cache.ts'
import { type Rehearsal, rehearseStep } from '../../../../../src/flows/engine/rehearse-step.ts'
import { runScript } from '../../../../../src/flows/engine/run-script.ts'
import type { ScriptHost } from '../../../../../src/flows/engine/script-host.ts'
import type { ThreadContext } from '../../../../../src/flows/engine/thread-context.ts'
import { publishFlow } from '../../../../../src/flows/publish-flow.ts'
import { saveFlow } from '../../../../../src/flows/save-flow.ts'
import type { Tx } from '../../../../../src/platform/database/database.ts'
import { runTogether } from '../../../../../src/platform/database/statement.ts'
import { createVault } from '../../../../../src/platform/secrets.ts'
import type { WorkContext } from '../../../../../src/team/context.ts'
import { createOperator } from '../../../../../src/team/create-operator.ts'
import { type FreshDatabase, freshDatabase } from '../../../../database.ts'
import { testSecret } from '../../../../parley.ts'
import { closedProject, makeProject } from '../../../../project.ts'

/** Numbers of what is in the house. */
export interface Numbers {
  /** The client of the scripts, with a conversation and two orders: one won, and later an open one. */
  ivan: number
  /** Another client, with an open order. */
  petra: number
  /** A card that is linked with Ivan's. */
  twin: number
  conversation: number
  wonOrder: number
  openOrder: number
  petrasOrder: number
  task: number
  flow: number
  sales: number
  stages: Record<string, number>
}

export interface House extends Numbers {
  work: WorkContext
  fresh: FreshDatabase
  cache: EngineCache
}

/** One script and what is to come of it; everything it does is taken back afterwards. */
export interface Case {
  it: string
  script: string | ((house: House) => string)
  /** Its value; of a script that cannot go on, the reason. Not looked at when absent. */
  gives?: CalculatorValue | ((house: House) => CalculatorValue)
  /** Done in the same transaction before the script. */
  before?(tx: Tx, house: House): Promise<unknown>
  /** For whom and where; Ivan without a named order when absent. */
  as?(house: House): Partial<Rehearsal>
  /** Looks at what it has done, before that is taken back. */
  after?(seen: Seen): Promise<unknown> | unknown
}

export interface Seen {
  tx: Tx
  house: House
  host: ScriptHost
  context: ThreadContext
  /** The first row of a query. */
  row(sql: string, ...params: unknown[]): Promise<Record<string, unknown> | undefined>
}

/** Monday, 2 November 2026, 12:00 in Moscow. */
export const now = new Date('2026-11-02T09:00:00Z')

export async function openHouse(): Promise<House> {
  const fresh = await freshDatabase()
  const work = await makeProject(fresh.db, now)
  const numbers = await fresh.db.transaction((tx) => furnish(tx, work))
  return { ...numbers, work, fresh, cache: new EngineCache(blocks, createVault(testSecret)) }
}

/** Runs a case in a transaction that is rolled back. */
export async function play(house: House, { script, gives, before, as, after }: Case): Promise<void> {
  const rollback = new Error('rolled back')
  const playing = house.fresh.db.transaction(async (tx) => {
    await before?.(tx, house)
    const rehearsal = { contactId: house.ivan, flowId: house.flow, variables: {}, ...as?.(house) }
    const { step, context } = await rehearseStep(tx, house.work, house.cache, rehearsal)
    const source = typeof script === 'string' ? script : script(house)
    const outcome = await runScript(step, source).then(
      (result) => ({ value: result.value, host: result.host }),
      (error) => {
        if (error.name !== 'CalculatorFault') throw error
        return { value: error.reason as string, host: undefined }
      },
    )
    if (gives !== undefined) {
      const wanted = typeof gives === 'function' ? gives(house) : gives
      expect(JSON.parse(JSON.stringify(outcome.value))).toEqual(wanted)
    }
    if (outcome.host) await runTogether(tx, context.writes.statements())
    const row: Seen['row'] = async (sql, ...params) => (await tx.query<Record<string, unknown>>(sql, params))[0]
    await after?.({ tx, house, host: outcome.host!, context, row })
    throw rollback
  })
  await expect(playing).rejects.toBe(rollback)
}

/** Those of the functions for which there is no case. */
export function withoutCases(functions: readonly HostFunction[], cases: Record<string, Case[]>): string[] {
  return functions.map(({ name }) => name).filter((name) => !cases[name]?.length)
}

/** The kinds of the changes that the transaction has recorded. */
export async function changesOf({ tx }: Seen): Promise<string[]> {
  const rows = await tx.query<{ kind: string }>(
    'select kind from changes where xact = pg_current_xact_id() order by id',
  )
  return rows.map(({ kind }) => kind)
}

async function furnish(tx: Tx, work: WorkContext): Promise<Numbers> {
  await tx.query('update operators set on_shift = false')
  await createOperator(tx, work, { name: 'Anna', email: 'anna@shop.example', role: 'manager', onShift: true })
  await createOperator(tx, work, { name: 'Boris', email: 'boris@shop.example', role: 'manager', onShift: false })
  const { id: spotId } = await createSpot(tx, work, { name: 'Shop' })
  const sales = await createPipeline(tx, work, {
    spotId,
    name: 'Sales',
    stages: [{ name: 'New' }, { name: 'Contract' }],
  })
  const service = await createPipeline(tx, work, { spotId, name: 'Service', stages: [{ name: 'Repair' }] })
  const stages = Object.fromEntries([...service.stages, ...sales.stages].map(({ name, id }) => [name, id]))
  const contact = async (fields: object) => (await createContact(tx, work, { fields })).id
  const ivan = await contact({ firstName: 'Ivan', lastName: 'Sokolov' })
  const petra = await contact({ firstName: 'Petra', phone: '+79161112233', email: 'petra@example.com' })
  const twin = await contact({ firstName: 'Vanya' })
  await linkContacts(tx, work, { contactId: ivan, otherId: twin })
  const order = async (contactId: number, more: object, minutes: number) => {
    const at = new Date(now.getTime() - minutes * 60_000)
    const input = { contactId, name: 'Car', spot: 'Shop', pipeline: 'Sales', ...more }
    return (await createDeal(tx, { ...work, now: at }, input)).id
  }
  const wonOrder = await order(ivan, { variables: { invoice: 'A-16' } }, 600)
  await setDealStatus(tx, work, { dealId: wonOrder, status: 'success' })
  const variables = { color: 'red', doors: 5, invoice: 'A-17' }
  const openOrder = await order(ivan, { description: 'Blue', budget: 100, variables }, 60)
  const petrasOrder = await order(petra, { pipeline: 'Service', variables: { invoice: 'B-1' } }, 30)
  const task = await createTask(tx, work, { name: 'Call', contactId: ivan, responsibleEmail: 'anna@shop.example' })
  const conversation = await makeConversation(tx, work, ivan)
  const flow = await makeFlow(tx, work, ivan)
  return {
    ivan,
    petra,
    twin,
    conversation,
    wonOrder,
    openOrder,
    petrasOrder,
    task: task.id,
    flow,
    sales: sales.id,
    stages,
  }
}

/** A conversation in which Ivan has written just now, with two messages that nobody has read. */
async function makeConversation(tx: Tx, { projectId }: WorkContext, contactId: number): Promise<number> {
  const [row] = await tx.query<{ id: number }>(
    `with channel as (
       insert into channels (project_id, kind, name, settings, hook_id, enabled, created_at, updated_at)
       values ($1, 'webchat', 'site', '{}', 'hook', true, $3::timestamptz, $3::timestamptz) returning id),
     conversation as (
       insert into conversations (project_id, channel_id, kind, contact_id, mode, unread, last_inbound_at, created_at)
       select $1, id, 'direct', $2, 'bot', 2, $3::timestamptz, $3::timestamptz from channel returning id, channel_id)
     insert into threads (project_id, channel_id, external_id, conversation_id)
     select $1, channel_id, 'ivan', id from conversation returning conversation_id as id`,
    [projectId, contactId, now.toISOString()],
  )
  return row!.id
}

/** A flow that Ivan is subscribed to; in an earlier run he was in block 1, and in another one he waits. */
async function makeFlow(tx: Tx, work: WorkContext, contactId: number): Promise<number> {
  const says = (id: string, number: number) => ({ id, number, type: 'message', options: { text: id } })
  const draft = { name: 'Hello', blocks: [says('first', 1), says('never', 7)] }
  const flow = await saveFlow(tx, work, { draft })
  const { version } = await publishFlow(tx, work, { flowId: flow.id }, { registry: blocks, ...closedProject })
  const pause = { block: 'never', kind: 'pause', dueAt: '2026-11-03T09:00:00.000Z', holdsMessages: false }
  const waiting = [
    { ...pause, id: 1, next: { do: 'enter' }, cancelledByReply: true },
    { ...pause, id: 2, next: { do: 'enter' }, cancelledByReply: false },
    { ...pause, id: 3, next: { do: 'resume' }, cancelledByReply: false },
    { id: 4, kind: 'reply', block: 'never' },
  ]
  for (const [id, status, branches] of [
    [501, 'ended', []],
    [502, 'active', waiting],
  ] as const)
    await tx.query(
      `insert into runs (id, project_id, flow_id, version_id, contact_id, thread_id, status, branches, variables, started_at, updated_at)
       values ($1, $2, $3, $4, $5, 1, $6, $7::text::jsonb, '{}', $8::timestamptz, $8::timestamptz)`,
      [id, work.projectId, flow.id, version.id, contactId, status, JSON.stringify(branches), now.toISOString()],
    )
  await tx.query(
    `insert into steps (id, run_id, block_id, output, duration_ms, at) values (1, 501, 'first', 'next', 1, $1::timestamptz)`,
    [now.toISOString()],
  )
  await tx.query(
    `insert into subscribers (flow_id, subject_id, project_id, subscribed, since) values ($1, $2, $3, true, $4::timestamptz)`,
    [flow.id, contactId, work.projectId, now.toISOString()],
  )
  return flow.id
}
