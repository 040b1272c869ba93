import { parseArgs } from 'node:util'
import { AppError, messageOf } from '../../platform/errors.ts'

/** Where a command finds the server, and what else it was given. */
export interface ClientOptions {
  url: string
  key: string
  /** The arguments that are no options. */
  rest: string[]
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Reads the arguments of a command that talks to a running server. Throws `invalid` with what is expected. */
export function readClientOptions(args: string[], env: Environment, usage: string): ClientOptions {
  const { values, positionals } = parse(args, usage)
  const url = values.url ?? (env.PARLEY_URL || 'http://localhost:8080')
  const key = values.key ?? env.PARLEY_API_KEY
  if (!key) {
    throw new AppError('invalid', 'There is no API key; expected one with admin access in PARLEY_API_KEY or by --key.')
  }
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw new AppError(
      'invalid',
      `The address of the server is "${url}"; expected one such as http://localhost:8080 in PARLEY_URL or by --url.`,
    )
  }
  return { url: url.replace(/\/+$/, ''), key, rest: positionals }
}

function parse(args: string[], usage: string) {
  try {
    const options = { url: { type: 'string' }, key: { type: 'string' } } as const
    return parseArgs({ args, options, allowPositionals: true, strict: true })
  } catch (error) {
    throw new AppError('invalid', `${messageOf(error)}\nUsage: ${usage}`, { cause: error })
  }
}
