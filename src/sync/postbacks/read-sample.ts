import { readAttributes } from '../../contacts/attributes.store.ts'
import { readLocale } from '../../contacts/contacts.store.ts'
import type { Queryable } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { getPostback } from './get-postback.ts'
import { listValues, type SampleValue } from './list-values.ts'
import { findSample, type PostbackCall } from './postbacks.store.ts'

/** A body that came in, with its values to pick from. */
export interface Sample {
  callId: number
  at: Date
  body: unknown
  values: SampleValue[]
}

/** The values of the body that a call brought; of the last one when none is named. Throws `not_found`. */
export async function readSample(
  db: Queryable,
  projectId: number,
  input: { postbackId: number; callId?: number },
): Promise<Sample> {
  const { id, at, body } = await getSample(db, projectId, input)
  const { country } = await readLocale(db, projectId)
  const attributes = await readAttributes(db, projectId)
  return { callId: id, at, body, values: listValues(body, { country, attributes }) }
}

/** The call whose body is the sample. Throws `not_found`. */
export async function getSample(
  db: Queryable,
  projectId: number,
  { postbackId, callId }: { postbackId: number; callId?: number },
): Promise<PostbackCall> {
  const postback = await getPostback(db, projectId, postbackId)
  const call = await findSample(db, postback.id, callId)
  if (call) return call
  throw new AppError(
    'not_found',
    callId === undefined
      ? `The postback "${postback.name}" has received nothing yet; call its address once.`
      : `The postback "${postback.name}" has no call ${callId}; only the last ones are kept.`,
  )
}
