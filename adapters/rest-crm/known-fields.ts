import type { Clock } from '../../src/platform/clock.ts'
import type { CrmEntity } from '../../src/sync/crm.ts'
import type { RestClient } from './client.ts'
import type { MoreFields, RestField } from './settings/field.ts'
import { type Constants, holdsAt, itemsAt, textAt, valueAt } from './settings/place.ts'
import type { RestCrmSettings } from './settings.ts'

/** The fields of an account: those of the settings, and those that the CRM lists. */
export interface KnownFields {
  of(entity: CrmEntity, signal: AbortSignal): Promise<RestField[]>
  /** Forgets what the CRM has listed. */
  forget(): void
}

/** What the CRM has listed is good for so many milliseconds. */
const goodForMs = 10 * 60_000

export function openKnownFields(client: RestClient, settings: RestCrmSettings, clock: Clock): KnownFields {
  const listed = new Map<CrmEntity, { until: number; fields: Promise<RestField[]> }>()

  async function read(more: MoreFields, own: readonly RestField[], signal: AbortSignal): Promise<RestField[]> {
    const fields: RestField[] = []
    for await (const page of client.pages(more, { now: clock.now().toISOString() }, signal)) {
      for (const item of page) {
        const field = fieldOf(item, more, settings.constants)
        if (field && !own.some(({ key, at }) => (at ?? key) === (field.at ?? field.key) || key === field.key))
          fields.push(field)
      }
    }
    return fields
  }

  return {
    async of(entity, signal) {
      const own = settings[entity]?.fields ?? []
      const more = entity === 'contact' || entity === 'deal' ? settings[entity].moreFields : undefined
      if (!more) return own
      let found = listed.get(entity)
      if (!found || found.until <= clock.now().getTime()) {
        const fields = read(more, own, signal)
        found = { until: clock.now().getTime() + goodForMs, fields }
        listed.set(entity, found)
        fields.catch(() => listed.delete(entity))
      }
      return [...own, ...(await found.fields)]
    },
    forget: () => listed.clear(),
  }
}

function fieldOf(item: unknown, more: MoreFields, constants: Constants): RestField | undefined {
  if (more.when !== undefined && !holdsAt(more.when, item, constants)) return undefined
  const key = textAt(more.key, item, constants)
  const word = textAt(more.type, item, constants)
  const type = word === undefined ? undefined : more.types[word]
  if (key === undefined || word === undefined || type === undefined) return undefined
  const choices = choicesOf(item, more, constants)
  const chosen = type === 'choice' || type === 'choices'
  if (chosen && choices.length === 0) return undefined
  const as = more.as[word]
  return {
    key,
    title: textAt(more.title, item, constants) ?? key,
    type,
    ...(more.at !== undefined && { at: textAt(more.at, item, constants) ?? key }),
    ...(as !== undefined && { as }),
    ...(chosen && { choices }),
    ...(more.readOnly !== undefined && holdsAt(more.readOnly, item, constants) && { readOnly: true }),
  }
}

/** Titles that come twice would say nothing; the first one stays. */
function choicesOf(item: unknown, { choices }: MoreFields, constants: Constants): NonNullable<RestField['choices']> {
  if (!choices) return []
  const found = new Map<string, string | number | boolean>()
  for (const choice of itemsAt(choices.items, item)) {
    const title = textAt(choices.title, choice, constants)
    const value = valueAt(choices.value, choice, constants)
    if (title === undefined || found.has(title) || typeof value === 'object' || value === undefined) continue
    found.set(title, value as string | number | boolean)
  }
  return [...found].map(([title, value]) => ({ title, value }))
}
