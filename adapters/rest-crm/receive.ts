import type { HookRequest } from '../../src/conversations/channel.ts'
import { AppError } from '../../src/platform/errors.ts'
import { nestForm, readForm } from '../../src/platform/nested-form.ts'
import { vouchingFault } from '../../src/platform/vouching.ts'
import type { CrmHeard } from '../../src/sync/crm.ts'
import { holdsAt, itemsAt, textAt } from './settings/place.ts'
import type { RestCrmSettings } from './settings.ts'

const largestBody = 4 * 1024 * 1024
/** More than any CRM tells of at once. */
const mostChanges = 5_000

/** Reads a request to our hook by the settings. Throws `unauthenticated` for a forged one, and `invalid` for what cannot be read. */
export function readHook(request: HookRequest, settings: RestCrmSettings, now: Date): CrmHeard[] {
  const { hook, hookSecret, constants } = settings
  if (!hook) throw new AppError('unsupported', 'The settings of this integration tell nothing of a hook.')
  if (hook.auth) {
    const fault = vouchingFault(hook.auth, hookSecret!, request, now)
    if (fault) throw new AppError('unauthenticated', `The request does not come from the CRM: ${fault}.`)
  }
  const body = readBody(request)
  const items = itemsAt(hook.items, body)
  if (items.length > mostChanges) throw new AppError('too_large', `The body tells of more than ${mostChanges} changes.`)
  const heard = new Map<string, CrmHeard>()
  for (const item of items) {
    const word = textAt(hook.entity, item, constants)
    const entity = word !== undefined && Object.hasOwn(hook.entities, word) ? hook.entities[word] : undefined
    const id = textAt(hook.id, item, constants)
    if (!entity || id === undefined || id.length > 200) continue
    const deleted = hook.deleted !== undefined && holdsAt(hook.deleted, item, constants)
    heard.set(`${entity} ${id}`, { entity, id, ...(deleted && { deleted }) })
  }
  return [...heard.values()]
}

function readBody({ headers, body }: HookRequest): unknown {
  if (body.byteLength > largestBody) throw new AppError('too_large', `The body has more than ${largestBody} bytes.`)
  const decoder = new TextDecoder()
  if (/^application\/x-www-form-urlencoded\b/i.test(headers.get('content-type') ?? ''))
    return nestForm(readForm(Buffer.from(body).toString('latin1'), (bytes) => decoder.decode(bytes)))
  try {
    return JSON.parse(decoder.decode(body))
  } catch (cause) {
    throw new AppError('invalid', 'The body is neither JSON nor a form.', { cause })
  }
}
