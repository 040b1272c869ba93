import { z } from 'zod'
import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { invalidInput, parseInput } from '../../platform/faults.ts'
import type { Vault } from '../../platform/secrets.ts'
import type { WorkContext } from '../../team/context.ts'
import { checkMapping } from './check-mapping.ts'
import { postbackFields, readTarget } from './create-postback.ts'
import { getPostback } from './get-postback.ts'
import { sealAuth } from './postback-secret.ts'
import { findPostbackByName, type NamedPostback, updatePostbackRow } from './postbacks.store.ts'

export const postbackUpdateSchema = z.strictObject(postbackFields).partial()

/** Changes what is present of a postback; its address stays, and so does a secret that is not given anew. Throws `invalid`, `not_found`, and `conflict` when the name is taken. */
export async function updatePostback(
  tx: Tx,
  context: WorkContext,
  input: z.input<typeof postbackUpdateSchema> & { postbackId: number },
  vault: Vault,
): Promise<NamedPostback> {
  const { projectId, now } = context
  const { postbackId, ...rest } = input
  const { name, mapping, auth, enabled, ...wanted } = parseInput(postbackUpdateSchema, rest, 'postback')
  const before = await getPostback(tx, projectId, postbackId)
  const namesake = name === undefined ? undefined : await findPostbackByName(tx, projectId, name)
  if (namesake && namesake.id !== before.id) {
    throw new AppError('conflict', `The project has a postback "${name}" already; choose another name.`)
  }
  const present = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined))
  const target = await readTarget(tx, projectId, {
    flow: before.flow,
    // A block belongs to its flow: another flow begins anew.
    block: 'flow' in present && present.flow !== before.flow ? null : before.blockId,
    sendingChannel: before.sendingChannel,
    ...present,
  })
  const faults = [...(mapping ? await checkMapping(tx, projectId, mapping) : []), ...target.faults]
  if (faults.length > 0) throw invalidInput('postback', faults)
  const fields = { name, mapping, auth: auth === undefined ? undefined : sealAuth(auth, before, vault), enabled }
  await updatePostbackRow(tx, before.id, { ...fields, ...target.columns, updatedAt: now })
  return getPostback(tx, projectId, before.id)
}
