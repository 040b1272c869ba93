import { AppError, type ErrorCode } from '../../src/platform/errors.ts'
import type { CrmEntity, CrmValue, CrmWrite, CrmWritten } from '../../src/sync/crm.ts'
import { withMarker } from '../kit/hidden-marker.ts'
import { type RestAccount, scopeOn } from './account.ts'
import type { EntitySettings } from './settings/entity.ts'
import { textAt, valueAt } from './settings/place.ts'
import { encodeValues } from './values/encode.ts'
import { setAt } from './values/paths.ts'

/** Writes things one after the other: the settings know no request for several. What is refused is told with the others. */
export async function writeAll(
  account: RestAccount,
  entity: CrmEntity,
  writes: CrmWrite[],
  signal: AbortSignal,
): Promise<CrmWritten[]> {
  const written: CrmWritten[] = []
  for (const write of writes) {
    try {
      written.push(await writeOne(account, entity, write, signal))
    } catch (error) {
      if (!(error instanceof AppError) || !refusals.has(error.code)) throw error
      written.push({ ok: false, error })
    }
  }
  return written
}

/** What is about the one thing that was written. */
const refusals: ReadonlySet<ErrorCode> = new Set([
  'invalid',
  'not_found',
  'conflict',
  'too_large',
  'forbidden',
  'unsupported',
])

async function writeOne(
  account: RestAccount,
  entity: CrmEntity,
  write: CrmWrite,
  signal: AbortSignal,
): Promise<CrmWritten> {
  const { client, settings } = account
  const places = account.of(entity)
  const fields = await fieldsOf(account, entity, write, signal)
  const { contact } = write
  if (contact && 'make' in contact)
    throw new AppError('unsupported', 'A deal and its contact cannot be made by one request here.')
  const scope = {
    ...account.scope(),
    ...scopeOn(write.on),
    fields,
    id: write.id,
    marker: write.marker,
    contact_id: contact?.id,
  }
  const request = write.id === undefined ? places.create : places.update
  const { body, at } = await client.ask(request, scope, signal)
  const record = valueAt(request.record, body, settings.constants)
  const id = write.id ?? textAt(places.record.id, record, settings.constants)
  if (id === undefined) {
    const message = `The CRM answered without the id of the new ${entity}; expected it at ${places.record.id} of ${request.record}.`
    throw new AppError('unavailable', message)
  }
  return { ok: true, id, updatedAt: account.updatedAt(entity, record, at) }
}

/** What is written, in the CRM's words, with our marker where it is new. */
async function fieldsOf(
  { known, settings, of }: RestAccount,
  entity: CrmEntity,
  { id, marker, values }: CrmWrite,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const place: EntitySettings['marker'] = id === undefined ? of(entity).marker : undefined
  const marked: Record<string, CrmValue> =
    place && 'inText' in place && typeof values.text === 'string'
      ? { ...values, text: withMarker(values.text, marker) }
      : values
  const parts = { fields: await known.of(entity, signal), style: settings.values, constants: settings.constants }
  const written = encodeValues(marked, parts)
  if (place && 'at' in place) setAt(written, place.at, marker)
  return written
}
