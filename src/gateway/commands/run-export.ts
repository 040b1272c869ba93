import { stringify } from 'yaml'
import { AppError } from '../../platform/errors.ts'
import { callServer } from './call-server.ts'
import { type Environment, readClientOptions } from './client-options.ts'

const usage = 'parley export [--json] [--url URL] [--key KEY]'

/** Prints a project of a running server as a declaration, without its secrets. */
export async function runExport(args: string[], env: Environment, print: (text: string) => void): Promise<void> {
  const asJson = args.includes('--json')
  const { rest, ...server } = readClientOptions(
    args.filter((argument) => argument !== '--json'),
    env,
    usage,
  )
  if (rest.length > 0) throw new AppError('invalid', `"${rest[0]}" is not expected here.\nUsage: ${usage}`)
  const declaration = await callServer(server, 'GET', '/export')
  print(asJson ? JSON.stringify(declaration, null, 2) : stringify(declaration, { lineWidth: 120 }).trimEnd())
}
