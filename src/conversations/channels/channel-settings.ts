import { isDeepStrictEqual } from 'node:util'
import type { ZodType } from 'zod'
import { faultsOf, invalidInput } from '../../platform/faults.ts'
import type { Vault } from '../../platform/secrets.ts'
import type { ChannelDefinition } from '../channel.ts'

type Settings = Record<string, unknown>

/** What stands in an answer for a secret; given back it leaves the secret as it is. */
export const secretMask = '•••'

/** The names of a kind's secret settings. */
export function secretNames(definition: ChannelDefinition): string[] {
  return Object.entries(definition.settings.shape).flatMap(([name, schema]) =>
    isSecret(schema as ZodType) ? [name] : [],
  )
}

function isSecret(schema: ZodType): boolean {
  if ((schema.meta() as { secret?: boolean } | undefined)?.secret) return true
  const { innerType } = schema.def as { innerType?: ZodType }
  return innerType ? isSecret(innerType) : false
}

/** Checks settings against their kind and fills in defaults. Throws `invalid` with paths below `settings`. */
export function readSettings(definition: ChannelDefinition, settings: Settings): Settings {
  const parsed = definition.settings.strict().safeParse(settings)
  if (parsed.success) return parsed.data
  throw invalidInput(`settings of a ${definition.kind} channel`, faultsOf(parsed.error, 'settings'))
}

/** Settings with others laid over them: null takes one away, a masked secret stays as it was. */
export function mergeSettings(before: Settings, over: Settings): Settings {
  const kept = Object.entries(over).filter(([, value]) => !isDeepStrictEqual(value, secretMask))
  return Object.fromEntries(
    Object.entries({ ...before, ...Object.fromEntries(kept) }).filter(([, value]) => value !== null),
  )
}

/** Settings as they are stored. `hookId` binds the sealed ones to their channel. */
export function sealSettings(
  definition: ChannelDefinition,
  vault: Vault,
  hookId: string,
  settings: Settings,
): Settings {
  return changeSecrets(definition, settings, (name, text) => vault.seal(text, sealOf(hookId, name)))
}

/** Stored settings, opened. */
export function openSettings(definition: ChannelDefinition, vault: Vault, hookId: string, stored: Settings): Settings {
  return changeSecrets(definition, stored, (name, sealed) => vault.open(sealed, sealOf(hookId, name)))
}

/** Stored settings as they may be shown. */
export function maskSettings(definition: ChannelDefinition, stored: Settings): Settings {
  return changeSecrets(definition, stored, () => secretMask)
}

function sealOf(hookId: string, name: string): string {
  return `channel:${hookId}:${name}`
}

function changeSecrets(
  definition: ChannelDefinition,
  settings: Settings,
  change: (name: string, text: string) => string,
): Settings {
  const changed = { ...settings }
  for (const name of secretNames(definition)) {
    const value = changed[name]
    if (typeof value === 'string') changed[name] = change(name, value)
  }
  return changed
}
