/** What the secrets of a channel are bound to. */
export function sealPlace({ hookId }: { hookId: string }): string {
  return `channel:${hookId}`
}
