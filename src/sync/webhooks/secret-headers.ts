import type { Vault } from '../../platform/secrets.ts'
import { secretPlace, type Webhook } from './webhook.ts'

type Kept = Pick<Webhook, 'projectId' | 'secretHeaders'>

/** Headers as they are kept: their values sealed. */
export function sealHeaders(headers: Record<string, string>, projectId: number, vault: Vault): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, vault.seal(value, secretPlace(projectId))]),
  )
}

/** The secret headers of a subscription as they are sent. */
export function openHeaders({ projectId, secretHeaders }: Kept, vault: Vault): Record<string, string> {
  return Object.fromEntries(
    Object.entries(secretHeaders).map(([name, sealed]) => [name, vault.open(sealed, secretPlace(projectId))]),
  )
}

/** Those that a subscription has, with others laid over them; null takes one away, and names are the same in any case. */
export function laidOver(
  { projectId, secretHeaders }: Kept,
  update: Record<string, string | null>,
  vault: Vault,
): Record<string, string> {
  const changed = new Set(Object.keys(update).map((name) => name.toLowerCase()))
  const kept = Object.entries(secretHeaders).filter(([name]) => !changed.has(name.toLowerCase()))
  const given = Object.entries(update).filter((header): header is [string, string] => header[1] !== null)
  return { ...Object.fromEntries(kept), ...sealHeaders(Object.fromEntries(given), projectId, vault) }
}
