import { findContact } from '../../contacts/contacts.store.ts'
import type { Database, Tx } from '../../platform/database/database.ts'
import { AppError, type ErrorCode } from '../../platform/errors.ts'
import { findJson } from '../../platform/json-path.ts'
import { hashToken, type Vault } from '../../platform/secrets.ts'
import type { WorkContext } from '../../team/context.ts'
import { textOf } from './map-postback.ts'
import { checkAuth } from './postback-auth.ts'
import { secretOf } from './postback-secret.ts'
import {
  claimCall,
  findPostbackByToken,
  forgetRefusals,
  insertCall,
  type NamedPostback,
  type NewPostbackCall,
  noteWarning,
  type PostbackCall,
  pruneCalls,
} from './postbacks.store.ts'
import { type RawCall, readCallBody } from './read-call-body.ts'
import { type MappedCallPostback, startFlowOf, takeCall } from './take-call.ts'

export interface IncomingPostback extends RawCall {
  token: string
}

export type PostbackAnswer =
  | {
      contactId: number
      created: boolean
      /** The deal that was made or changed. */
      dealId?: number
      /** The thread in which a flow is about to start; to be woken, the work being committed. */
      threadId?: number
      /** Why no flow starts although the postback names one. */
      warning?: string
    }
  /** It has no mapping yet: the body was kept as a sample. */
  | { listening: true }
  /** The body told nothing to find a contact by, and such bodies are let pass. */
  | { ignored: true }

/** What receiving needs besides the call. */
export interface ReceiveParts {
  db: Database
  vault: Vault
  /** The status that an error is answered with; it is kept with the call. */
  statusOf(code: ErrorCode): number
}

const callsKept = 50

/**
 * Takes a call of a postback: adds or updates the contact that the body tells of, perhaps with a deal, and may start a flow for
 * it. The secret or signature is checked first, over the body as it came. The same key of idempotency gets the same answer, and
 * nothing is done twice. Calls are kept, also those that fail.
 *
 * Throws `not_found`, `gone` when the postback is switched off, `unauthenticated`, `too_large`, `conflict` when the body means
 * different contacts, and `invalid` whose faults name the field and the JSONPath.
 */
export async function receivePostback(
  { db, vault, statusOf }: ReceiveParts,
  now: Date,
  call: IncomingPostback,
): Promise<PostbackAnswer> {
  const postback = await findPostbackByToken(db, hashToken(call.token))
  if (!postback) throw new AppError('not_found', 'There is no postback at this address; check the token at its end.')
  if (!postback.enabled) throw new AppError('gone', `The postback "${postback.name}" is switched off.`)
  let body: unknown = null
  try {
    if (postback.auth) checkAuth(postback.auth, secretOf(postback, vault)!, call, now)
    body = await readCallBody(call)
    return await db.transaction((tx) => take(tx, now, postback, body, call.headers))
  } catch (error) {
    if (error instanceof AppError) await keepFailure(db, now, postback, body, error, statusOf(error.code))
    throw error
  }
}

async function take(
  tx: Tx,
  now: Date,
  postback: NamedPostback,
  body: unknown,
  headers: Headers,
): Promise<PostbackAnswer> {
  const { mapping } = postback
  if (!mapping) {
    await keepCall(tx, { postbackId: postback.id, body: body ?? {}, status: 200, at: now })
    return { listening: true }
  }
  const key = keyOf(postback, body, headers)
  const before = key === undefined ? undefined : await claimCall(tx, postback.id, key)
  if (before) return answered(tx, postback, before)
  return work(tx, now, { ...postback, mapping }, body, key)
}

async function work(
  tx: Tx,
  now: Date,
  postback: MappedCallPostback,
  body: unknown,
  key: string | undefined,
): Promise<PostbackAnswer> {
  const context: WorkContext = { projectId: postback.projectId, now, by: { kind: 'postback', id: postback.id } }
  const taken = await takeCall(tx, context, postback, body)
  const call = { postbackId: postback.id, idempotencyKey: key, body, at: now }
  if (taken.ignored) {
    await keepCall(tx, { ...call, status: 200 })
    return { ignored: true }
  }
  const { contactId, created, deal, variables } = taken
  const stored = await keepCall(tx, { ...call, contactId, dealId: deal?.id, status: created ? 201 : 200 })
  const started = await startFlowOf(tx, context, postback, { contactId, variables, key: `postback:${stored.id}` })
  if (started.warning !== undefined) await noteWarning(tx, stored.id, started.warning)
  return { contactId, created, ...(deal && { dealId: deal.id }), ...started }
}

/** What tells a repeated call. Throws `invalid` when it cannot be one. */
function keyOf({ mapping, auth }: NamedPostback, body: unknown, headers: Headers): string | undefined {
  const place = mapping?.key
  const own = place?.startsWith('header:') ? headers.get(place.slice('header:'.length)) : place && findJson(body, place)
  const signed = auth?.type === 'standard_webhooks' ? headers.get('webhook-id') : undefined
  // Before the header that anybody can add to a call that he overheard.
  const value = own ?? signed ?? headers.get('idempotency-key')
  if (value === undefined || value === null) return undefined
  const key = typeof value === 'object' ? '' : textOf(value)
  if (key !== '' && key.length <= 255) return key
  const name = own === undefined || own === null ? 'Idempotency-Key' : place
  throw new AppError('invalid', `${name} is empty or too long; expected 1 to 255 characters.`)
}

/** The answer that a call with this key got; the contact may have been merged since. */
async function answered(tx: Tx, { projectId }: NamedPostback, call: PostbackCall): Promise<PostbackAnswer> {
  const { contactId, dealId, error, status } = call
  if (contactId === null) return { ignored: true }
  const contact = await findContact(tx, projectId, contactId)
  return {
    contactId: contact?.id ?? contactId,
    created: status === 201,
    ...(dealId !== null && { dealId }),
    ...(error !== null && { warning: error }),
  }
}

async function keepCall(tx: Tx, row: NewPostbackCall): Promise<PostbackCall> {
  const call = await insertCall(tx, row)
  await pruneCalls(tx, row.postbackId, callsKept, row.at)
  return call
}

/** Its key is not kept: a caller may correct itself and try again with it. */
async function keepFailure(
  db: Database,
  now: Date,
  postback: NamedPostback,
  body: unknown,
  error: AppError,
  status: number,
): Promise<void> {
  await db.transaction(async (tx) => {
    // Strangers may not push out what is kept: of those who were not let in only the last one is.
    if (error.code === 'unauthenticated') await forgetRefusals(tx, postback.id, status)
    await keepCall(tx, { postbackId: postback.id, body: body ?? {}, status, error: error.message, at: now })
  })
}
