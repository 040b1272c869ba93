import peggy from 'peggy'
import { Lru } from '../../platform/lru.ts'
import { CalculatorFault } from './fault.ts'
import { grammar } from './grammar.ts'
import type { Program, Statement } from './program.ts'

/** What reading a script gave. The fault names the place, what was expected there and what was found. */
export type Parsed = { ok: true; program: Program } | { ok: false; fault: CalculatorFault }

/** The most characters of a script. */
export const longestScript = 20_000

const parser = peggy.generate(grammar)
const read = new Lru<Parsed>(1_000)

/** Reads a script; never throws. The scripts read last are kept, so reading one again costs nothing. */
export function parse(source: string): Parsed {
  return read.get(source, parseAnew)
}

function parseAnew(source: string): Parsed {
  if (source.length > longestScript) {
    const reason = `the script has ${source.length} characters; expected at most ${longestScript}`
    return { ok: false, fault: new CalculatorFault(reason, source, 0) }
  }
  try {
    const statements = parser.parse(source) as Statement[]
    return { ok: true, program: { source, statements } }
  } catch (error) {
    if (!(error instanceof parser.SyntaxError)) throw error
    const reason = error.expected?.length ? unexpected(error as Unexpected) : error.message
    return { ok: false, fault: new CalculatorFault(reason, source, error.location.start.offset) }
  }
}

interface Unexpected {
  expected: { type: string; description?: string; text?: string }[]
  found: string | null
}

function unexpected({ expected, found }: Unexpected): string {
  const names = expected.map(({ description, text }) => description ?? (text === undefined ? '' : JSON.stringify(text)))
  const wanted = [...new Set(names)].filter((name) => name && name !== 'space').sort()
  const last = wanted.pop()
  const list = wanted.length > 0 ? `${wanted.join(', ')} or ${last}` : last
  const there =
    found === null ? 'the script ends here' : found === '\n' ? 'the line ends here' : `found ${JSON.stringify(found)}`
  return `expected ${list}; ${there}`
}
