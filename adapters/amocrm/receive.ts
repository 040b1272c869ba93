import { createHmac } from 'node:crypto'
import type { HookRequest, HookResponse } from '../../src/conversations/channel.ts'
import { AppError } from '../../src/platform/errors.ts'
import type { CrmEntity, CrmHeard } from '../../src/sync/crm.ts'
import { sameSecret } from '../kit/same-secret.ts'
import type { Account } from './account.ts'
import type { AmocrmSettings } from './settings.ts'

/** More than a hook of the vendor's ever had. */
const mostValues = 50_000
const largestBody = 4 * 1024 * 1024

/**
 * Reads a request of the vendor's to our hook (crm_platform/webhooks-format). It is not signed: that our address is known is what vouches for
 * it, and it has to name our account. Of all that it tells only what changed is taken; what it is now is read anew.
 */
export function readHook(
  { headers, body }: HookRequest,
  settings: AmocrmSettings,
  account: Account | undefined,
): CrmHeard[] {
  const type = headers.get('content-type') ?? ''
  if (!/^application\/x-www-form-urlencoded\b/i.test(type))
    throw new AppError('invalid', 'The body is no form, by which amoCRM tells of changes.')
  if (body.byteLength > largestBody) throw new AppError('too_large', `The body has more than ${largestBody} bytes.`)
  const form = new URLSearchParams(new TextDecoder().decode(body))
  if (form.size > mostValues) throw new AppError('too_large', `The body has more than ${mostValues} values.`)
  checkAccount(form, settings, account)
  const heard = new Map<string, CrmHeard>()
  for (const thing of thingsOf(form)) {
    const one = heardOf(thing)
    if (one) heard.set(`${one.entity} ${one.id}`, one)
  }
  return [...heard.values()]
}

/**
 * The owner has switched the integration off there (oauth/step-by-step, "Хук об отключении интеграции"): a GET with `client_uuid`,
 * `account_id` and their signature by the secret key. Throws `unauthenticated` when it is not signed so.
 */
export function isSwitchedOff(
  { url: { searchParams } }: HookRequest,
  { clientId, clientSecret }: AmocrmSettings,
): boolean {
  const [client, account, signature] = ['client_uuid', 'account_id', 'signature'].map((name) => searchParams.get(name))
  if (!client || !account || !signature) return false
  const expected = createHmac('sha256', clientSecret ?? '')
    .update(`${client}|${account}`)
    .digest('hex')
  if (clientSecret !== undefined && client === clientId && sameSecret(signature.toLowerCase(), expected)) return true
  throw new AppError('unauthenticated', 'The signature does not fit client_uuid, account_id and the secret key.')
}

export const heardAnswer: HookResponse = { status: 200 }

/** One thing that a hook tells of: `leads[update][0]` with its own values by name; what lies deeper is left out. */
interface Thing {
  group: string
  action: string
  values: Map<string, string>
}

/** `leads[note][0][note][element_id]=1` is the value `element_id` of the thing `leads[note][0]`. */
const path = /^([a-z_]+)\[([a-z_]+)\](?:\[(\d+)\](?:\[note\])?(?:\[([a-z_]+)\])?)?$/

function thingsOf(form: URLSearchParams): Iterable<Thing> {
  const things = new Map<string, Thing>()
  for (const [name, value] of form) {
    const [, group, action, place, key] = path.exec(name) ?? []
    if (group === undefined || action === undefined) continue
    const whole = `${group} ${action} ${place}`
    const thing = things.get(whole) ?? { group, action, values: new Map<string, string>() }
    // A deleted thing may be told by its bare id.
    thing.values.set(key ?? 'id', value)
    things.set(whole, thing)
  }
  return things.values()
}

function checkAccount(form: URLSearchParams, settings: AmocrmSettings, account: Account | undefined): void {
  const [id, subdomain] = [form.get('account[id]'), form.get('account[subdomain]')]
  const ours =
    account !== undefined && id !== null
      ? id === String(account.id)
      : subdomain !== null && [account?.subdomain, settings.account.split('.')[0]].includes(subdomain)
  if (!ours) throw new AppError('unauthenticated', 'The request does not name the account that is connected here.')
}

const entities: ReadonlyMap<string, CrmEntity> = new Map([
  ['leads', 'deal'],
  ['contacts', 'contact'],
  ['task', 'task'],
])
const changes = new Set(['add', 'update', 'status', 'responsible', 'restore', 'delete'])
/** A note that somebody wrote, by the old numbers of types. */
const commonNote = '4'
const elements: ReadonlyMap<string, 'contact' | 'deal'> = new Map([
  ['1', 'contact'],
  ['2', 'deal'],
])

function heardOf({ group, action, values }: Thing): CrmHeard | undefined {
  const id = values.get('id')
  const entity = entities.get(group)
  if (!entity || id === undefined || !/^[1-9]\d{0,18}$/.test(id)) return undefined
  if (action === 'note') {
    const on = hangsOn(values, entity === 'contact' || entity === 'deal' ? entity : undefined)
    return on && (values.get('note_type') ?? commonNote) === commonNote ? { entity: 'note', id, on } : undefined
  }
  // Companies come among the contacts.
  if (!changes.has(action) || (entity === 'contact' && (values.get('type') ?? 'contact') !== 'contact'))
    return undefined
  const on = entity === 'task' ? hangsOn(values) : undefined
  return { entity, id, ...(action === 'delete' && { deleted: true }), ...(on && { on }) }
}

function hangsOn(values: Map<string, string>, group?: 'contact' | 'deal'): CrmHeard['on'] {
  const type = values.get('element_type')
  const entity = type === undefined ? group : elements.get(type)
  const id = values.get('element_id')
  return entity && id !== undefined && /^[1-9]\d*$/.test(id) ? { entity, id } : undefined
}
