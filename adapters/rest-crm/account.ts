import type { Clock } from '../../src/platform/clock.ts'
import { AppError } from '../../src/platform/errors.ts'
import type { CrmContext, CrmEntity, CrmRecord, CrmState } from '../../src/sync/crm.ts'
import { withoutMarker } from '../kit/hidden-marker.ts'
import { openClient, type RestClient, type Scope } from './client.ts'
import { type KnownFields, openKnownFields } from './known-fields.ts'
import type { EntitySettings } from './settings/entity.ts'
import { holdsAt, itemsAt, textAt, valueAt } from './settings/place.ts'
import type { RestCrmSettings } from './settings.ts'
import { decodeValues, momentOf } from './values/decode.ts'

/** What everything that is done with one account needs. */
export interface RestAccount {
  settings: RestCrmSettings
  client: RestClient
  known: KnownFields
  state: CrmState
  clock: Clock
  /** The settings of a kind of records. Throws `unsupported` where there are none. */
  of(entity: CrmEntity): EntitySettings
  /** What every request sees. */
  scope(): Scope
  /** A record as it was sent, in neutral words; undefined when it was deleted. */
  read(entity: CrmEntity, record: unknown, at: Date, signal: AbortSignal): Promise<CrmRecord | undefined>
  /** When a record was changed last; the moment of the answer where that is not told. */
  updatedAt(entity: CrmEntity, record: unknown, at: Date): Date
}

export function openAccount(context: CrmContext<RestCrmSettings>): RestAccount {
  const { clock, state, integration } = context
  const { settings } = integration
  const { constants } = settings
  const client = openClient(context)
  const known = openKnownFields(client, settings, clock)

  const account: RestAccount = {
    settings,
    client,
    known,
    state,
    clock,
    of(entity) {
      const found = settings[entity]
      if (found) return found
      throw new AppError('unsupported', `The settings of this integration tell nothing of a ${entity}.`)
    },
    scope: () => ({ now: clock.now().toISOString(), now_ms: clock.now().getTime() }),
    updatedAt(entity, record, at) {
      const place = account.of(entity).record.updatedAt
      return (place === undefined ? undefined : momentOf(valueAt(place, record, constants))) ?? at
    },
    async read(entity, record, at, signal) {
      const places = account.of(entity).record
      if (places.gone !== undefined && holdsAt(places.gone, record, constants)) return undefined
      const id = textAt(places.id, record, constants)
      if (id === undefined) throw new AppError('unavailable', `The CRM sent a ${entity} without an id at ${places.id}.`)
      const fields = await known.of(entity, signal)
      const values = decodeValues(record, { fields, style: settings.values, constants, values: places.values })
      if (typeof values.text === 'string') values.text = withoutMarker(values.text)
      return {
        entity,
        id,
        values,
        tags: [],
        updatedAt: account.updatedAt(entity, record, at),
        ...('contactIds' in places &&
          places.contactIds && { contactIds: [...new Set(itemsAt(places.contactIds, record).map(String))] }),
        ...('on' in places && places.on && hangsOn(places.on, record)),
      }
    },
  }

  function hangsOn({ deal, contact }: { deal?: string; contact?: string }, record: unknown): Pick<CrmRecord, 'on'> {
    const dealId = deal && textAt(deal, record, constants)
    if (dealId) return { on: { entity: 'deal', id: dealId } }
    const contactId = contact && textAt(contact, record, constants)
    return contactId ? { on: { entity: 'contact', id: contactId } } : {}
  }

  return account
}

/** What requests see of the thing that a note or task hangs on. */
export function scopeOn(on: { entity: 'contact' | 'deal'; id: string } | undefined): Scope {
  if (!on) return {}
  return { on, [on.entity === 'deal' ? 'on_deal' : 'on_contact']: on.id }
}
