import { z } from 'zod'
import { hasOperator } from '../contacts/contacts.store.ts'
import { getContact } from '../contacts/get-contact.ts'
import { findChannelByName } from '../conversations/channels/channels.store.ts'
import { readConversation } from '../conversations/conversations.store.ts'
import type { Tx } from '../platform/database/database.ts'
import { invalidInput, parseInput } from '../platform/faults.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import { nameSchema } from './create-spot.ts'
import { type Deal, statusOfStage } from './deal.ts'
import { insertDeal, insertMove, nextDealNumber } from './deals.store.ts'
import { findPlace } from './find-place.ts'

export const dealFieldsSchema = {
  name: nameSchema,
  budget: z.number().min(-1e15).max(1e15).nullable().optional(),
  currency: z
    .string()
    .regex(/^[A-Za-z]{3}$/, 'expected a currency of ISO 4217 such as EUR')
    .toUpperCase()
    .nullable()
    .optional(),
  description: z.string().max(20_000).nullable().optional(),
  /** Values of any kind by name; null takes one away. */
  variables: z
    .record(z.string().regex(/^[\p{L}_][\p{L}\p{N}_]{0,63}$/u, 'expected letters, digits and underscores'), z.json())
    .refine((variables) => JSON.stringify(variables).length <= 100_000, 'expected at most 100,000 characters of JSON')
    .optional(),
  responsibleId: z.int().nullable().optional(),
}

export const newDealSchema = z.strictObject({
  ...dealFieldsSchema,
  contactId: z.int(),
  conversationId: z.int().nullable().optional(),
  spot: z.string().optional().describe('May be absent when the project has one spot only.'),
  pipeline: z.string().optional().describe("The spot's oldest pipeline when absent."),
  stage: z.string().optional().describe('The first open stage when absent.'),
  sendingChannel: z
    .string()
    .optional()
    .describe('The name of the channel that opens the dialogue when there is none yet.'),
})

/**
 * Makes a deal of a contact. That it entered its first stage and is somebody's is told by `deal.created`, not by changes of
 * their own. Throws `invalid` that names what does not exist, `not_found`.
 */
export async function createDeal(tx: Tx, context: WorkContext, input: z.input<typeof newDealSchema>): Promise<Deal> {
  const { projectId, now } = context
  const wanted = parseInput(newDealSchema, input, 'deal')
  const contact = await getContact(tx, projectId, wanted.contactId)
  const place = await findPlace(tx, projectId, wanted)
  await checkResponsible(tx, projectId, wanted.responsibleId)
  await checkConversation(tx, projectId, wanted.conversationId)
  const deal = await insertDeal(tx, {
    projectId,
    number: await nextDealNumber(tx, projectId),
    name: wanted.name,
    budget: wanted.budget,
    currency: wanted.currency,
    description: wanted.description,
    variables: Object.fromEntries(Object.entries(wanted.variables ?? {}).filter(([, value]) => value !== null)),
    contactId: contact.id,
    conversationId: wanted.conversationId,
    sendingChannelId: await sendingChannel(tx, projectId, wanted.sendingChannel),
    pipelineId: place.pipeline.id,
    stageId: place.stage.id,
    responsibleId: wanted.responsibleId,
    status: statusOfStage[place.stage.type],
    statusSince: now,
    version: 1,
    createdAt: now,
    updatedAt: now,
  })
  await insertMove(tx, { dealId: deal.id, fromStageId: null, toStageId: deal.stageId, at: now })
  const subject = { dealId: deal.id, contactId: contact.id, conversationId: deal.conversationId }
  await recordWork(tx, context, 'deal.created', subject, {
    ...place,
    status: deal.status,
    responsibleId: deal.responsibleId,
  })
  return deal
}

/** Throws `invalid` when the project has no such operator. */
export async function checkResponsible(tx: Tx, projectId: number, id: number | null | undefined): Promise<void> {
  if (id === null || id === undefined || (await hasOperator(tx, projectId, id))) return
  throw invalidInput('deal', [{ path: 'responsibleId', message: `there is no operator ${id} in this project` }])
}

/** Throws `invalid` when the project has no such conversation. */
export async function checkConversation(tx: Tx, projectId: number, id: number | null | undefined): Promise<void> {
  if (id === null || id === undefined) return
  if ((await readConversation(tx, id))?.conversation.projectId === projectId) return
  const message = `there is no conversation ${id} in this project`
  throw invalidInput('deal', [{ path: 'conversationId', message }])
}

async function sendingChannel(tx: Tx, projectId: number, name: string | undefined): Promise<number | undefined> {
  if (name === undefined) return undefined
  const channel = await findChannelByName(tx, projectId, name)
  if (channel) return channel.id
  const message = `"${name}" does not exist; expected the name of a channel of this project`
  throw invalidInput('deal', [{ path: 'sendingChannel', message }])
}
