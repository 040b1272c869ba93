import { isDeepStrictEqual } from 'node:util'
import type { Tx } from '../../platform/database/database.ts'
import type { Vault } from '../../platform/secrets.ts'
import { createPostback } from '../../sync/postbacks/create-postback.ts'
import { getPostback } from '../../sync/postbacks/get-postback.ts'
import { secretOf } from '../../sync/postbacks/postback-secret.ts'
import { findPostbackByName } from '../../sync/postbacks/postbacks.store.ts'
import { updatePostback } from '../../sync/postbacks/update-postback.ts'
import { createWebhook } from '../../sync/webhooks/create-webhook.ts'
import { openHeaders } from '../../sync/webhooks/secret-headers.ts'
import { updateWebhook } from '../../sync/webhooks/update-webhook.ts'
import { findWebhookByName } from '../../sync/webhooks/webhooks.store.ts'
import type { WorkContext } from '../../team/context.ts'
import { atPath } from './at-path.ts'
import type { Applied, Declaration } from './declaration.ts'

/** Applies webhooks and postbacks. The secret of a webhook counts only when it is made; it is rotated by a call of its own. */
export async function applySync(
  tx: Tx,
  context: WorkContext,
  { webhooks, postbacks }: Declaration,
  vault: Vault,
): Promise<Applied[]> {
  const applied: Applied[] = []
  for (const [index, declared] of webhooks.entries()) {
    applied.push(await atPath(`webhooks[${index}]`, () => applyWebhook(tx, context, declared, vault)))
  }
  for (const [index, declared] of postbacks.entries()) {
    applied.push(await atPath(`postbacks[${index}]`, () => applyPostback(tx, context, declared, vault)))
  }
  return applied
}

async function applyWebhook(
  tx: Tx,
  context: WorkContext,
  declared: Declaration['webhooks'][number],
  vault: Vault,
): Promise<Applied> {
  const { name, secret: _, secretHeaders, ...wanted } = declared
  const before = await findWebhookByName(tx, context.projectId, name)
  if (!before) {
    const { secret } = await createWebhook(tx, context, declared, vault)
    return { what: 'webhook', name, did: 'created', ...(declared.secret === undefined && { secret }) }
  }
  const { url, kinds, filter, method, headers, template, enabled } = before
  const present = plain({ url, kinds, filter, method, headers, template, enabled })
  const secrets = openHeaders(before, vault)
  const sameSecrets = Object.entries(secretHeaders).every(([header, value]) => secrets[header] === value)
  if (sameSecrets && isDeepStrictEqual(plain(wanted), present)) return { what: 'webhook', name, did: 'unchanged' }
  await updateWebhook(tx, context, { webhookId: before.id, ...wanted, secretHeaders }, vault)
  return { what: 'webhook', name, did: 'updated' }
}

async function applyPostback(
  tx: Tx,
  context: WorkContext,
  declared: Declaration['postbacks'][number],
  vault: Vault,
): Promise<Applied> {
  const { name } = declared
  const row = await findPostbackByName(tx, context.projectId, name)
  if (!row) {
    await createPostback(tx, context, declared, vault)
    return { what: 'postback', name, did: 'created' }
  }
  const before = await getPostback(tx, context.projectId, row.id)
  const wanted = {
    mapping: plain(declared.mapping ?? null),
    auth: declared.auth ?? null,
    flow: declared.flow ?? null,
    block: declared.block ?? null,
    sendingChannel: declared.sendingChannel ?? null,
    enabled: declared.enabled,
  }
  const { mapping, flow, blockId, sendingChannel, enabled } = before
  const secret = wanted.auth?.secret
  const auth = before.auth && { ...before.auth, secret: secret === undefined ? undefined : secretOf(before, vault) }
  const present = plain({ mapping, auth, flow, block: blockId, sendingChannel, enabled })
  if (isDeepStrictEqual(plain(wanted), present)) return { what: 'postback', name, did: 'unchanged' }
  await updatePostback(tx, context, { postbackId: row.id, ...wanted }, vault)
  return { what: 'postback', name, did: 'updated' }
}

/** Without what is undefined, as it is stored. */
const plain = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value
