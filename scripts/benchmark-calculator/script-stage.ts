import { createContact } from '../../src/contacts/create-contact.ts'
import { createDeal } from '../../src/crm/create-deal.ts'
import { createPipeline } from '../../src/crm/create-pipeline.ts'
import { createSpot } from '../../src/crm/create-spot.ts'
import { blocks } from '../../src/flows/blocks/registry.ts'
import { EngineCache } from '../../src/flows/engine/engine-cache.ts'
import { rehearseStep } from '../../src/flows/engine/rehearse-step.ts'
import { runScript } from '../../src/flows/engine/run-script.ts'
import type { Database } from '../../src/platform/database/database.ts'
import { createVault } from '../../src/platform/secrets.ts'
import type { WorkContext } from '../../src/team/context.ts'
import { createProject } from '../../src/team/create-project.ts'

/** A contact with an order, for whom scripts run; each call is one transaction, which is kept. */
export interface ScriptStage {
  runScript(source: string, times: number): Promise<void>
  /** What the three calls of the script come to: read the order, set a variable of it, write a note, each with its change. */
  runBare(times: number): Promise<void>
}

export async function openScriptStage(db: Database, variables: Record<string, unknown>): Promise<ScriptStage> {
  const now = new Date()
  const { work, contactId, dealId } = await db.transaction(async (tx) => {
    const project = await createProject(tx, now, {
      name: 'Shop',
      timeZone: 'Europe/Berlin',
      country: 'DE',
      workingHours: {},
    })
    const work: WorkContext = { projectId: project.id, now, by: { kind: 'system' } }
    const { id: spotId } = await createSpot(tx, work, { name: 'Shop' })
    await createPipeline(tx, work, { spotId, name: 'Sales' })
    const { id: contactId } = await createContact(tx, work, { fields: { firstName: 'Anna' } })
    const deal = await createDeal(tx, work, { contactId, name: 'Car', variables: { count: 0 } })
    return { work, contactId, dealId: deal.id }
  })
  const cache = new EngineCache(blocks, createVault('a secret of the benchmark, 32 byte'))
  return {
    runScript: (source, times) =>
      db.transaction(async (tx) => {
        const { step } = await rehearseStep(tx, work, cache, { contactId, dealId, variables })
        for (let at = 0; at < times; at++) await runScript(step, source)
      }),
    runBare: (times) =>
      db.transaction(async (tx) => {
        for (let at = 0; at < times; at++) {
          const [deal] = await tx.query<{ count: number }>(
            `select (variables->>'count')::int as count from deals where id = $1`,
            [dealId],
          )
          await tx.query(
            `update deals set variables = variables || jsonb_build_object('count', $2::int), version = version + 1 where id = $1`,
            [dealId, deal!.count + 1],
          )
          const change = `insert into changes (project_id, kind, contact_id, data, at) values ($1, $2, $3, '{}', $4::timestamptz)`
          await tx.query(change, [work.projectId, 'deal.updated', contactId, now.toISOString()])
          await tx.query(
            `insert into notes (project_id, contact_id, deal_id, text, created_at) values ($1, $2, $3, 'text', $4::timestamptz)`,
            [work.projectId, contactId, dealId, now.toISOString()],
          )
          await tx.query(change, [work.projectId, 'note.added', contactId, now.toISOString()])
        }
      }),
  }
}
