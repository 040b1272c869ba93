import { shortened } from './cut-text.ts'

const secretName =
  /(^|[_-])pass$|password|passphrase|passwd|secret|token|api[_-]?key|authorization|cookie|signature|session|credential|private[_-]?key/i
const mask = '•••'
const longestText = 10_000
const longestList = 1_000

/**
 * A copy of a value for logs and traces: masked is what by its name is a secret, what in a text has the shape of one,
 * and each of `known` wherever it stands. Depth and size are bounded, so that a log line stays a line.
 */
export function maskSecrets(value: unknown, known: readonly string[] = [], depth = 8): unknown {
  if (typeof value === 'string') return maskText(value, known)
  if (value === null || typeof value !== 'object') return value
  if (value instanceof Date) return value
  if (value instanceof URL) return maskText(value.href, known)
  if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`
  if (depth === 0) return '…'
  if (Array.isArray(value)) return maskList(value, known, depth)
  const members =
    value instanceof Error ? errorMembers(value) : value instanceof Map ? [...value] : Object.entries(value)
  return Object.fromEntries(
    members.map(([name, item]) => [
      name,
      secretName.test(String(name)) && isSecretValue(item) ? mask : maskSecrets(item, known, depth - 1),
    ]),
  )
}

/** Texts, numbers and lists of them; an object under such a name (`session: {…}`) is looked into instead. */
function isSecretValue(value: unknown): boolean {
  return (
    typeof value === 'string' ||
    typeof value === 'number' ||
    (Array.isArray(value) && value.every((item) => typeof item !== 'object'))
  )
}

function maskList(list: unknown[], known: readonly string[], depth: number): unknown[] {
  const masked = list.slice(0, longestList).map((item) => maskSecrets(item, known, depth - 1))
  if (list.length > longestList) masked.push(`… ${list.length - longestList} more`)
  return masked
}

/** The message and stack of an error are not enumerable, so they would be lost. */
function errorMembers(error: Error): [string, unknown][] {
  const { name, message, stack, cause } = error
  const own = { name, message, stack, ...(cause !== undefined && { cause }) }
  return [...Object.entries(own), ...Object.entries(error)]
}

const secretShapes: [RegExp, string][] = [
  // user:password@ in an address
  [/(\b[a-z][a-z\d+.-]*:\/\/[^\s/?#@:]*:)[^\s/?#@]+(?=@)/gi, `$1${mask}`],
  // ?token=… in an address or a form
  [
    /((?:^|[?&\s])[\w.-]*(?:pass(?:word)?|secret|token|api_?key|signature|sig|auth|session|hash)=)[^&\s#"'<>]+/gi,
    `$1${mask}`,
  ],
  // "token": "…" in JSON
  [/("[\w-]*(?:password|secret|token|api[_-]?key|authorization|signature)"\s*:\s*)"(?:[^"\\]|\\.)*"/gi, `$1"${mask}"`],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${mask}`],
  // bot tokens: the number of the bot, a colon, 35 characters
  [/(?<!\d)(\d{6,12}):[\w-]{30,}/g, `$1:${mask}`],
]
const hint = /[=@"]|bearer|basic|\d{6}:/i

function maskText(text: string, known: readonly string[]): string {
  let masked = shortened(text, longestText)
  for (const secret of known) if (secret.length >= 4) masked = masked.replaceAll(secret, mask)
  if (hint.test(masked)) for (const [shape, replacement] of secretShapes) masked = masked.replace(shape, replacement)
  return masked
}
