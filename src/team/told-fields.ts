import { shortened } from '../platform/cut-text.ts'

/** The longest text, or value as JSON, that the log of changes keeps of a field; longer ones end with an ellipsis. */
const longestTold = 1000

/** Before and after of fields as the log of changes tells them: the field itself has the whole of a long value. */
export function toldFields(changed: Record<string, [unknown, unknown]>): Record<string, [unknown, unknown]> {
  return Object.fromEntries(
    Object.entries(changed).map(([name, [before, after]]) => [name, [told(before), told(after)]]),
  )
}

function told(value: unknown): unknown {
  const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : value
  return typeof text === 'string' && text.length > longestTold ? shortened(text, longestTold) : (value ?? null)
}
