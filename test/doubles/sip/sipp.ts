import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, listened } from './free-port.ts'

/** Where Debian's package sip-tester puts it. */
const program = '/usr/bin/sipp'

const scenarios = join(import.meta.dirname, 'scenarios')

export const hasSipp = existsSync(program)
/** It sends recorded packets past the sockets of the system, which only root may. */
export const mayPlayPackets = process.getuid?.() === 0

export interface SippOptions {
  protocol?: 'UDP' | 'TCP'
  /** Whom it calls, of scenarios that call: the port at 127.0.0.1. */
  target?: number
  /** The number that it calls. */
  service?: string
  /** Words that a scenario wants filled in. */
  keys?: Record<string, string>
  /** For how long a call lasts, of scenarios that leave it open. */
  durationMs?: number
}

export interface Sipp {
  port: number
  /** Resolves when the scenario was played to its end as written; rejects with what differed. */
  done: Promise<void>
  stop(): Promise<void>
}

/** Plays one scenario with one call, by the real program. */
export async function playSipp(scenario: string, options: SippOptions = {}): Promise<Sipp> {
  const { protocol = 'UDP', target, service = '100', keys = {}, durationMs = 300 } = options
  const directory = await mkdtemp(join(tmpdir(), 'parley-sipp-'))
  const [port, media] = [await freePort(), await freePort()]
  const file = join(directory, 'scenario.xml')
  await writeFile(file, filled(await readFile(join(scenarios, `${scenario}.xml`), 'utf8'), keys))
  const args = [
    ...(target === undefined ? [] : [`127.0.0.1:${target}`, '-s', service]),
    ...['-sf', file],
    ...['-i', '127.0.0.1', '-p', `${port}`, '-mi', '127.0.0.1', '-mp', `${media}`],
    ...['-t', protocol === 'TCP' ? 't1' : 'u1', '-m', '1', '-d', `${durationMs}`],
    ...['-nostdin', '-trace_err', '-error_file', join(directory, 'errors'), '-timeout', '25s', '-timeout_error'],
  ]
  const child = spawn(program, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said = (said + chunk).slice(-6_000)))
  const ended = once(child, 'exit')
  const done = ended.then(([code]) => {
    if (code !== 0) throw new Error(`sipp ended the scenario "${scenario}" with ${code}:\n${said}`)
  })
  done.catch(() => {})
  // One that calls over TCP has no port to wait for.
  if (target === undefined) await Promise.race([listened(port, protocol), done])
  return {
    port,
    done,
    async stop() {
      child.kill('SIGKILL')
      await ended
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** sipp has such keys itself, but wants the numbers of answers while it reads. */
function filled(text: string, keys: Record<string, string>): string {
  return Object.entries(keys).reduce((left, [name, value]) => left.replaceAll(`[${name}]`, value), text)
}
