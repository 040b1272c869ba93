import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, listened } from './free-port.ts'

/** Where Debian's package baresip-core puts it. */
const program = '/usr/bin/baresip'
const modules = '/usr/lib/baresip/modules'

export const hasBaresip = existsSync(program)

/** A phone of real make: it talks, hears and presses keys. */
export interface Baresip {
  port: number
  /** Calls a SIP address. */
  dial(uri: string): Promise<void>
  /** Presses keys in the call that goes on. */
  press(keys: string): Promise<void>
  hangUp(): Promise<void>
  stop(): Promise<void>
}

export interface BaresipOptions {
  /** `auto` takes every call. */
  answers: 'auto' | 'manual'
  protocol?: 'UDP' | 'TCP'
}

/** Starts the phone at a free port of loopback. */
export async function startBaresip({ answers, protocol = 'UDP' }: BaresipOptions): Promise<Baresip> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-baresip-'))
  const [port, control] = [await freePort(), await freePort()]
  const config = [
    'poll_method epoll',
    `sip_listen 127.0.0.1:${port}`,
    'net_interface 127.0.0.1',
    'audio_player aubridge,loop',
    'audio_source aubridge,loop',
    'audio_alert aubridge,nil',
    // A tone while it rings would take the device that the call needs.
    'audio_path /nowhere',
    'rtp_ports 30000-40000',
    `module_path ${modules}`,
    ...['g711', 'aubridge', 'ctrl_tcp', 'menu'].map((name) => `module ${name}.so`),
    'module_tmp account.so',
    `ctrl_tcp_listen 127.0.0.1:${control}`,
  ]
  const account = `<sip:100@127.0.0.1:${port};transport=${protocol.toLowerCase()}>;regint=0;answermode=${answers};audio_codecs=PCMU/8000/1`
  await writeFile(join(directory, 'config'), `${config.join('\n')}\n`)
  await writeFile(join(directory, 'accounts'), `${account}\n`)
  await writeFile(join(directory, 'contacts'), '\n')
  const child = spawn(program, ['-4', '-f', directory], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said = (said + chunk).slice(-6_000)))
  const ended = once(child, 'exit')
  try {
    await Promise.all([listened(control, 'TCP'), listened(port, protocol)])
  } catch (error) {
    child.kill('SIGKILL')
    throw new Error(`baresip did not start: ${said}`, { cause: error })
  }
  const socket = connect(control, '127.0.0.1')
  await once(socket, 'connect')
  return {
    port,
    dial: (uri) => order(socket, 'dial', uri),
    async press(keys) {
      for (const key of keys) await order(socket, 'sndcode', key)
    },
    hangUp: () => order(socket, 'hangup'),
    async stop() {
      socket.destroy()
      child.kill('SIGKILL')
      await ended
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Gives an order (netstrings of JSON) and waits for what is answered to it; throws when it was refused. */
async function order(socket: Socket, command: string, params = ''): Promise<void> {
  const text = JSON.stringify({ command, params, token: command })
  socket.write(`${text.length}:${text},`)
  const limit = AbortSignal.timeout(5_000)
  for (let heard = ''; ; ) {
    const [chunk] = (await once(socket, 'data', { signal: limit })) as [Buffer]
    heard += chunk.toString()
    if (!heard.includes('"response":true')) continue
    if (!heard.includes('"ok":true')) throw new Error(`baresip refused ${command}: ${heard}`)
    return
  }
}
