import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { testSecret } from '../parley.ts'
import type { Place } from './place.ts'

const main = join(import.meta.dirname, '../../src/main.ts')
const node = join(import.meta.dirname, '../../node_modules/node/bin/node')

/** Programs that may still run: a test that ran out of time never heard of the one it was starting. */
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** The program in a process of its own, as a user starts it. */
export interface Program {
  child: ChildProcess
  address: string
  /** What it printed so far. */
  out(): string
  /** Resolves with the exit code; null when a signal ended it. */
  ended: Promise<number | null>
  kill(): Promise<void>
}

/** Starts the program on a place; rejects with what it printed when it ends before it listens. */
export async function startProgram(
  place: Pick<Place, 'directory' | 'url'>,
  env: Record<string, string> = {},
): Promise<Program> {
  const child = spawn(node, [main], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOST: '127.0.0.1',
      PORT: '0',
      DATA_DIR: place.directory,
      LOG_LEVEL: process.env.TEST_LOG ?? 'warn',
      PARLEY_SECRET: testSecret,
      ALLOWED_PRIVATE_HOSTS: '127.0.0.1',
      ...(place.url !== undefined && { DATABASE_URL: place.url }),
      ...env,
    },
  })
  running.add(child)
  let text = ''
  const ended = once(child, 'exit').then(([code]) => {
    running.delete(child)
    return code as number | null
  })
  const address = await new Promise<string>((resolve, reject) => {
    const take = (chunk: Buffer) => {
      text += chunk.toString()
      const [, url] = /is listening at (\S+)/.exec(text) ?? []
      if (url !== undefined) resolve(url)
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    void ended.then((code) => reject(new Error(`The program ended with ${code} and said:\n${text}`)))
  })
  return {
    child,
    address,
    out: () => text,
    ended,
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** A port that nobody listens at, for a program that comes back at the same address. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
