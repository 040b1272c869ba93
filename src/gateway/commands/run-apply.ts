import { readFile } from 'node:fs/promises'
import { text as readStream } from 'node:stream/consumers'
import { parse, YAMLParseError } from 'yaml'
import { AppError, messageOf } from '../../platform/errors.ts'
import type { Applied } from '../declarations/declaration.ts'
import { callServer } from './call-server.ts'
import { type Environment, readClientOptions } from './client-options.ts'
import { fillInEnvironment } from './fill-in-environment.ts'

const usage = 'parley apply FILE [--url URL] [--key KEY]   (FILE is YAML or JSON; - reads the standard input)'

/** Brings a project of a running server to what a file says, and prints what was done. */
export async function runApply(args: string[], env: Environment, print: (line: string) => void): Promise<void> {
  const { rest, ...server } = readClientOptions(args, env, usage)
  const [file] = rest
  if (file === undefined || rest.length > 1) {
    throw new AppError('invalid', `Expected one file, but there are ${rest.length}.\nUsage: ${usage}`)
  }
  const declaration = fillInEnvironment(await readDocument(file), env)
  const { applied } = (await callServer(server, 'POST', '/apply', declaration)) as { applied: Applied[] }
  for (const line of report(applied)) print(line)
}

async function readDocument(file: string): Promise<unknown> {
  const text = await (file === '-' ? readStream(process.stdin) : readFile(file, 'utf8')).catch((error) => {
    throw new AppError('invalid', `The file ${file} cannot be read: ${messageOf(error)}`, { cause: error })
  })
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error
    throw new AppError('invalid', `The file ${file} is neither YAML nor JSON: ${error.message}`, { cause: error })
  }
}

function report(applied: Applied[]): string[] {
  const done = applied.filter(({ did, note }) => did !== 'unchanged' || note?.startsWith('not connected'))
  const lines = done.flatMap(({ what, name, did, note, secret }) => [
    `${did.padEnd(9)} ${what.padEnd(9)} ${name}${note === undefined ? '' : ` (${note})`}`,
    ...(secret === undefined ? [] : [`${' '.repeat(20)}signing secret, shown once: ${secret}`]),
  ])
  const unchanged = applied.filter(({ did }) => did === 'unchanged').length
  return [...lines, `${applied.length - unchanged} changed, ${unchanged} unchanged.`]
}
