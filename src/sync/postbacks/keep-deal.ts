import { createDeal } from '../../crm/create-deal.ts'
import { currentDeal } from '../../crm/current-deal.ts'
import type { Deal } from '../../crm/deal.ts'
import { newestDeal } from '../../crm/deal-lookups.store.ts'
import { moveDeal } from '../../crm/move-deal.ts'
import { updateDeal } from '../../crm/update-deal.ts'
import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { invalidInput } from '../../platform/faults.ts'
import type { WorkContext } from '../../team/context.ts'
import type { MappedDeal } from './map-deal.ts'
import type { PostbackMapping } from './postback.ts'

/**
 * Changes or makes the deal of a contact, by the rules of the mapping; undefined when the body says nothing of a deal, or of one
 * that is not there. Throws `invalid` when the stage that the body names does not exist.
 */
export async function keepDeal(
  tx: Tx,
  context: WorkContext,
  postback: { name: string; mapping: PostbackMapping; sendingChannel: string | null },
  mapped: MappedDeal | undefined,
  contactId: number,
): Promise<Deal | undefined> {
  const rules = postback.mapping.deal
  if (!rules && !mapped) return undefined
  const { stage, ...values } = mapped ?? { variables: {} }
  try {
    const before = await findDeal(tx, context, postback.mapping, values, contactId)
    if (before) {
      const deal = await updateDeal(tx, context, { dealId: before.id, ...values })
      return stage === undefined ? deal : await moveDeal(tx, context, { dealId: deal.id, stage })
    }
    if (rules?.rule === 'current') return undefined
    return await createDeal(tx, context, {
      ...values,
      contactId,
      name: values.name ?? rules?.name ?? postback.name,
      spot: rules?.spot,
      pipeline: rules?.pipeline,
      stage: stage ?? rules?.stage,
      sendingChannel: postback.sendingChannel ?? undefined,
    })
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'invalid') throw error
    const faults = error.faults.map(({ path, message }) => ({ path: `deal.${path}`, message }))
    throw invalidInput('body', faults.length > 0 ? faults : [{ path: 'deal', message: error.message }])
  }
}

/** The deal that the body means: of the contact's deals the one that the variable tells, else its current one. */
async function findDeal(
  tx: Tx,
  { projectId }: WorkContext,
  { deal: rules }: PostbackMapping,
  { variables }: Pick<MappedDeal, 'variables'>,
  contactId: number,
): Promise<Deal | undefined> {
  const name = rules?.findBy
  const value = name === undefined ? undefined : variables[name]
  if (name !== undefined && value !== undefined)
    return (await newestDeal(tx, projectId, { contactId, variable: { name, value } }))?.deal
  return rules?.rule === 'new' ? undefined : (await currentDeal(tx, projectId, contactId))?.deal
}
