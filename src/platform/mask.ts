const secretName = /pass(word|phrase)?$|secret|token|api_?key|authorization|cookie|signature|session|credential/i
const mask = '•••'

/**
 * A copy of a value in which what looks like a secret by its name is masked, and every text that holds one of `known`
 * has it masked too. Depth and size are bounded, so that a log line stays a line.
 */
export function maskSecrets(value: unknown, known: readonly string[] = [], depth = 8): unknown {
  if (typeof value === 'string') return maskKnown(value, known)
  if (value === null || typeof value !== 'object') return value
  if (value instanceof Date) return value
  if (depth === 0) return '…'
  if (Array.isArray(value)) return value.map((item) => maskSecrets(item, known, depth - 1))
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      secretName.test(name) && (typeof item === 'string' || typeof item === 'number') ? mask : maskSecrets(item, known, depth - 1),
    ]),
  )
}

function maskKnown(text: string, known: readonly string[]): string {
  let masked = text
  for (const secret of known) if (secret.length >= 4) masked = masked.replaceAll(secret, mask)
  return masked
}
