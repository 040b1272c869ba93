import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

const handed = new Set<number>()

/** A port of loopback that is free for UDP, and so is the next one; nobody else in this process is given it. */
export async function freePort(): Promise<number> {
  for (;;) {
    const socket = createSocket('udp4')
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    const { port } = socket.address()
    socket.close()
    if (port % 2 === 1 || handed.has(port)) continue
    handed.add(port)
    return port
  }
}

/** Waits until some program of this machine listens at the port; throws after 10 seconds. */
export async function listened(port: number, protocol: 'UDP' | 'TCP'): Promise<void> {
  const place = `:${port.toString(16).toUpperCase().padStart(4, '0')} `
  const state = protocol === 'TCP' ? ' 0A ' : ''
  const limit = AbortSignal.timeout(10_000)
  while (!limit.aborted) {
    const table = await readFile(`/proc/net/${protocol.toLowerCase()}`, 'utf8')
    if (table.split('\n').some((line) => line.slice(0, 24).includes(place) && line.includes(state))) return
    await sleep(10)
  }
  throw new Error(`Nobody listens at ${port} over ${protocol}.`)
}
