import type { Clock } from '../../../src/platform/clock.ts'
import type { AmocrmClient } from '../client.ts'
import { wholeList } from '../pages.ts'
import { type CustomField, customField } from '../payload.ts'
import { type FieldsOf, nouns } from './crm-field.ts'

/** Custom fields of the account, as they were not long ago. */
export interface KnownFields {
  /** @param freshMs Read anew when they are older than this; ten minutes by default. */
  of(entity: FieldsOf, signal: AbortSignal, freshMs?: number): Promise<CustomField[]>
}

const usualFreshMs = 10 * 60_000

export function openKnownFields(client: AmocrmClient, clock: Clock): KnownFields {
  const known = new Map<FieldsOf, { at: number; fields: Promise<CustomField[]> }>()
  return {
    of(entity, signal, freshMs = usualFreshMs) {
      const now = clock.now().getTime()
      const before = known.get(entity)
      if (before && now - before.at < freshMs) return before.fields
      const path = `${nouns[entity]}/custom_fields`
      const fields = wholeList(client, { path, name: 'custom_fields', schema: customField }, signal)
      const asked = { at: now, fields }
      known.set(entity, asked)
      fields.catch(() => known.get(entity) === asked && known.delete(entity))
      return fields
    },
  }
}
