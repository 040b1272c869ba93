import { isDeepStrictEqual } from 'node:util'
import type { ZodObject, ZodType } from 'zod'
import { faultsOf, invalidInput } from './faults.ts'
import type { Vault } from './secrets.ts'

/** A kind of things with settings, of which some are secret: those carry `.meta({ secret: true })`. */
export interface SettingsKind {
  kind: string
  settings: ZodObject
}

type Settings = Record<string, unknown>

/** What stands in an answer for a secret; given back it leaves the secret as it is. */
export const secretMask = '•••'

/** The names of a kind's secret settings. */
export function secretNames({ settings }: SettingsKind): string[] {
  return Object.entries(settings.shape).flatMap(([name, schema]) => (isSecret(schema as ZodType) ? [name] : []))
}

function isSecret(schema: ZodType): boolean {
  if ((schema.meta() as { secret?: boolean } | undefined)?.secret) return true
  const { innerType } = schema.def as { innerType?: ZodType }
  return innerType ? isSecret(innerType) : false
}

/** Checks settings against their kind and fills in defaults. Throws `invalid` with paths below `settings`. */
export function readSettings(kind: SettingsKind, settings: Settings): Settings {
  const parsed = kind.settings.strict().safeParse(settings)
  if (parsed.success) return parsed.data
  throw invalidInput(`settings of the kind ${kind.kind}`, faultsOf(parsed.error, 'settings'))
}

/** Settings with others laid over them: null takes one away, a masked secret stays as it was. */
export function mergeSettings(before: Settings, over: Settings): Settings {
  const kept = Object.entries(over).filter(([, value]) => !isDeepStrictEqual(value, secretMask))
  return Object.fromEntries(
    Object.entries({ ...before, ...Object.fromEntries(kept) }).filter(([, value]) => value !== null),
  )
}

/** Settings as they are stored. `place` (`channel:hk_…`) binds the sealed ones to what they belong to. */
export function sealSettings(kind: SettingsKind, vault: Vault, place: string, settings: Settings): Settings {
  return changeSecrets(kind, settings, (name, text) => vault.seal(text, `${place}:${name}`))
}

/** Stored settings, opened. */
export function openSettings(kind: SettingsKind, vault: Vault, place: string, stored: Settings): Settings {
  return changeSecrets(kind, stored, (name, sealed) => vault.open(sealed, `${place}:${name}`))
}

/** Stored settings as they may be shown. */
export function maskSettings(kind: SettingsKind, stored: Settings): Settings {
  return changeSecrets(kind, stored, () => secretMask)
}

/** Settings without those that are secret; none at all of a kind that is not known any more. */
export function openOnly(kind: SettingsKind | undefined, stored: Settings): Settings {
  if (!kind) return {}
  const secrets = secretNames(kind)
  return Object.fromEntries(Object.entries(stored).filter(([name]) => !secrets.includes(name)))
}

function changeSecrets(
  kind: SettingsKind,
  settings: Settings,
  change: (name: string, text: string) => string,
): Settings {
  const changed = { ...settings }
  for (const name of secretNames(kind)) {
    const value = changed[name]
    if (typeof value === 'string') changed[name] = change(name, value)
  }
  return changed
}
