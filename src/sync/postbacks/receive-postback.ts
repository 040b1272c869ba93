import { addLabels } from '../../contacts/add-labels.ts'
import { findContact, readLocale } from '../../contacts/contacts.store.ts'
import { findOrCreateContact } from '../../contacts/find-or-create-contact.ts'
import { readAttributeValues } from '../../contacts/read-attribute-values.ts'
import { updateContact } from '../../contacts/update-contact.ts'
import { startRun } from '../../flows/start-run.ts'
import type { Database, Tx } from '../../platform/database/database.ts'
import { AppError, type ErrorCode } from '../../platform/errors.ts'
import { invalidInput } from '../../platform/faults.ts'
import { hashToken } from '../../platform/secrets.ts'
import type { WorkContext } from '../../team/context.ts'
import { faultOf, type MappedPostback, mapPostback } from './map-postback.ts'
import {
  claimCall,
  findPostbackByToken,
  insertCall,
  type NamedPostback,
  noteWarning,
  type PostbackCall,
  pruneCalls,
} from './postbacks.store.ts'

export interface IncomingPostback {
  token: string
  /** JSON, or a form as an object of its fields. */
  body: unknown
  /** The same key gets the same answer, and nothing is done twice. */
  idempotencyKey?: string
}

export interface PostbackAnswer {
  contactId: number
  created: boolean
  /** The thread in which a flow is about to start; to be woken, the work being committed. */
  threadId?: number
  /** Why no flow starts although the postback names one. */
  warning?: string
}

const maxBodyBytes = 64 * 1024
const callsKept = 50

/**
 * Takes a call of a postback: adds or updates the contact that the body tells of, and may start a flow for it. Calls are kept,
 * also those that fail, with the status that `statusOf` gives their error. Throws `not_found`, `gone` when the postback is
 * switched off, `too_large`, and `invalid` whose faults name the field and the JSONPath.
 */
export async function receivePostback(
  db: Database,
  now: Date,
  call: IncomingPostback,
  statusOf: (code: ErrorCode) => number,
): Promise<PostbackAnswer> {
  const postback = await findPostbackByToken(db, hashToken(call.token))
  if (!postback) throw new AppError('not_found', 'There is no postback at this address; check the token at its end.')
  if (!postback.enabled) throw new AppError('gone', `The postback "${postback.name}" is switched off.`)
  const tooLarge = Buffer.byteLength(JSON.stringify(call.body) ?? '') > maxBodyBytes
  const body = tooLarge ? null : withoutNul(call.body)
  try {
    if (tooLarge) throw new AppError('too_large', `The body is larger than the limit of ${maxBodyBytes} bytes.`)
    return await db.transaction((tx) => take(tx, now, postback, body, call.idempotencyKey))
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
  key: string | undefined,
): Promise<PostbackAnswer> {
  if (key !== undefined) {
    if (key === '' || key.length > 255)
      throw new AppError('invalid', 'Idempotency-Key is empty or too long; expected 1 to 255 characters.')
    const before = await claimCall(tx, postback.id, key)
    if (before) return answered(tx, postback, before)
  }
  const context: WorkContext = { projectId: postback.projectId, now, by: { kind: 'postback', id: postback.id } }
  const mapped = await readBody(tx, context, postback, body)
  const { contactId, created } = await keepContact(tx, context, mapped)
  const stored = await insertCall(tx, {
    postbackId: postback.id,
    idempotencyKey: key,
    body,
    contactId,
    status: created ? 201 : 200,
    at: now,
  })
  await pruneCalls(tx, postback.id, callsKept, now)
  return { contactId, created, ...(await startFlow(tx, context, postback, stored, mapped.variables)) }
}

/** The answer that a call with this key got; the contact may have been merged since. */
async function answered(tx: Tx, { projectId }: NamedPostback, call: PostbackCall): Promise<PostbackAnswer> {
  const contact = await findContact(tx, projectId, call.contactId!)
  const answer = { contactId: contact?.id ?? call.contactId!, created: call.status === 201 }
  return call.error === null ? answer : { ...answer, warning: call.error }
}

/** Maps the body and checks everything before anything is written, so that all faults are told at once. */
async function readBody(tx: Tx, context: WorkContext, postback: NamedPostback, body: unknown): Promise<MappedPostback> {
  if (body === null || typeof body !== 'object') {
    throw new AppError(
      'invalid',
      'The body is not an object; expected JSON such as {"phone": "+79161234567"}, or a form.',
    )
  }
  const locale = await readLocale(tx, postback.projectId)
  const mapped = mapPostback(postback.mapping, body, locale.country)
  const values = await readAttributeValues(tx, context, mapped.attributes, locale, true)
  const faults = [
    ...mapped.faults,
    ...values.faults.map(({ path, message }) =>
      faultOf(postback.mapping.fields.find((field) => field.to === path)!, message),
    ),
  ]
  if (faults.length > 0) throw invalidInput('body', faults)
  return mapped
}

async function keepContact(
  tx: Tx,
  context: WorkContext,
  mapped: MappedPostback,
): Promise<{ contactId: number; created: boolean }> {
  const { fields, attributes, labels, findBy, identities } = mapped
  const { contact, created } = await findOrCreateContact(tx, context, {
    findBy,
    identities,
    fields,
    attributes,
    labels,
  })
  if (created) return { contactId: contact.id, created }
  await updateContact(tx, context, { contactId: contact.id, fields, attributes })
  await addLabels(tx, context, { contactId: contact.id, labels })
  return { contactId: contact.id, created }
}

/** The contact is worth keeping also when no flow can start for it: that is told beside. */
async function startFlow(
  tx: Tx,
  context: WorkContext,
  { flowId, blockId, sendingChannel }: NamedPostback,
  call: PostbackCall,
  variables: Record<string, unknown>,
): Promise<Pick<PostbackAnswer, 'threadId' | 'warning'>> {
  if (flowId === null) return {}
  try {
    const threadId = await startRun(tx, context, {
      flowId,
      subject: { contactId: call.contactId! },
      trigger: 'postback',
      block: blockId ?? undefined,
      variables,
      sendingChannel: sendingChannel ?? undefined,
      key: `postback:${call.id}`,
    })
    return { threadId }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const warning = `No flow was started: ${error.message}`
    await noteWarning(tx, call.id, warning)
    return { warning }
  }
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
    await insertCall(tx, { postbackId: postback.id, body: body ?? {}, status, error: error.message, at: now })
    await pruneCalls(tx, postback.id, callsKept, now)
  })
}

/** PostgreSQL keeps no NUL character (https://www.postgresql.org/docs/current/datatype-json.html). */
function withoutNul(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body ?? null).replace(/(?<!\\)((?:\\\\)*)\\u0000/g, '$1'))
}
