import { z } from 'zod'
import { findChannelByName } from '../../conversations/channels/channels.store.ts'
import { findFlowByName, findVersionById } from '../../flows/flows.store.ts'
import type { Tx } from '../../platform/database/database.ts'
import { AppError, type Fault } from '../../platform/errors.ts'
import { invalidInput, parseInput } from '../../platform/faults.ts'
import { randomToken } from '../../platform/ids.ts'
import { hashToken, type Vault } from '../../platform/secrets.ts'
import type { WorkContext } from '../../team/context.ts'
import { checkMapping } from './check-mapping.ts'
import { getPostback, tokenPlace } from './get-postback.ts'
import { postbackMappingSchema } from './postback.ts'
import { postbackAuthSchema } from './postback-auth.ts'
import { sealAuth } from './postback-secret.ts'
import { insertPostback, type NamedPostback } from './postbacks.store.ts'

export const postbackFields = {
  name: z.string().trim().min(1, 'expected a name').max(200),
  mapping: postbackMappingSchema
    .nullable()
    .optional()
    .describe('Absent or null, it only listens: bodies are kept as samples, and nothing is done.'),
  auth: postbackAuthSchema
    .nullable()
    .optional()
    .describe('What a caller has to show besides the token in the address.'),
  flow: z.string().nullable().optional().describe('The name of a flow that each call starts for its contact.'),
  block: z.string().nullable().optional().describe('The block to begin with; its trigger leads on when absent.'),
  sendingChannel: z
    .string()
    .nullable()
    .optional()
    .describe('The name of the channel through which the flow writes first.'),
  enabled: z.boolean(),
}

export const newPostbackSchema = z.strictObject({ ...postbackFields, enabled: postbackFields.enabled.default(true) })

/** Makes an address that adds or updates contacts. Throws `invalid` with every fault, and `conflict` when the name is taken. */
export async function createPostback(
  tx: Tx,
  context: WorkContext,
  input: z.input<typeof newPostbackSchema>,
  vault: Vault,
): Promise<NamedPostback> {
  const { projectId, now } = context
  const { name, mapping = null, auth = null, enabled, ...rest } = parseInput(newPostbackSchema, input, 'postback')
  const target = await readTarget(tx, projectId, rest)
  const faults = [...(mapping ? await checkMapping(tx, projectId, mapping) : []), ...target.faults]
  if (faults.length > 0) throw invalidInput('postback', faults)
  const token = randomToken('pb')
  const tokenHash = hashToken(token)
  const row = { projectId, name, mapping, enabled, ...target.columns, createdAt: now, updatedAt: now }
  const sealed = {
    token: vault.seal(token, tokenPlace(projectId)),
    tokenHash,
    auth: sealAuth(auth, { tokenHash, auth: null }, vault),
  }
  const postback = await insertPostback(tx, { ...row, ...sealed })
  if (!postback) throw new AppError('conflict', `The project has a postback "${name}" already; choose another name.`)
  return getPostback(tx, projectId, postback.id)
}

export interface PostbackTarget {
  flow?: string | null
  block?: string | null
  sendingChannel?: string | null
}

/** Finds what the names of flow, block and channel mean. */
export async function readTarget(
  tx: Tx,
  projectId: number,
  { flow: flowName, block, sendingChannel }: PostbackTarget,
): Promise<{
  columns: { flowId: number | null; blockId: string | null; sendingChannelId: number | null }
  faults: Fault[]
}> {
  const faults: Fault[] = []
  const flow = flowName ? await findFlowByName(tx, projectId, flowName) : undefined
  if (flowName && !flow) faults.push({ path: 'flow', message: `the project has no flow "${flowName}"` })
  if (block && !flowName) faults.push({ path: 'block', message: 'a block needs the flow that it belongs to' })
  if (flow && block) {
    const live = flow.liveVersionId === null ? undefined : await findVersionById(tx, flow.liveVersionId)
    const known = [...flow.draft.blocks, ...(live?.graph.blocks ?? [])].some((node) => node.id === block)
    if (!known) faults.push({ path: 'block', message: `the flow "${flow.name}" has no block "${block}"` })
  }
  const channel = sendingChannel ? await findChannelByName(tx, projectId, sendingChannel) : undefined
  if (sendingChannel && !channel) {
    faults.push({ path: 'sendingChannel', message: `the project has no channel "${sendingChannel}"` })
  }
  return {
    columns: { flowId: flow?.id ?? null, blockId: block ?? null, sendingChannelId: channel?.id ?? null },
    faults,
  }
}
