import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { createServer, type Server, type Socket, connect as tcpConnect } from 'node:net'
import { AppError, messageOf } from '../../../src/platform/errors.ts'
import { readMessage, type SipMessage, writeMessage } from './sip-message.ts'
import { splitStream } from './split-stream.ts'

export type SipProtocol = 'UDP' | 'TCP'

/** Where a message goes to or came from; the address is IPv4. */
export interface SipPeer {
  protocol: SipProtocol
  address: string
  port: number
}

export interface SipTransport {
  /** The same for UDP and TCP. */
  port: number
  /**
   * Writes a message. Never throws: `onFailure` tells of a connection that could not be made or was lost before the
   * message was out.
   */
  send(peer: SipPeer, message: SipMessage, onFailure?: (error: Error) => void): void
  /** Whether there is an open TCP connection with that peer. */
  isConnected(peer: SipPeer): boolean
  close(): Promise<void>
}

export interface TransportOptions {
  address: string
  /** 0: any that is free for both UDP and TCP. */
  port: number
  /** Whether to read what comes from there; of others nothing is read, and they are not answered. */
  admits(address: string): boolean
  onMessage(message: SipMessage, from: SipPeer): void
}

const mostConnections = 500
const connectMs = 10_000
/** Peers send a line break or an OPTIONS every minute or two over connections that they want kept. */
const idleMs = 600_000

/** Listens on UDP and TCP. Nothing that arrives can break it: what is no message is thrown away. */
export async function openTransport(options: TransportOptions): Promise<SipTransport> {
  const { server, udp, port } = await bindBoth(options)
  const connections = new Map<string, Socket>()

  udp.on('message', (bytes, { address, port }) => {
    if (!options.admits(address)) return
    const message = readMessage(bytes)
    if (message) options.onMessage(message, { protocol: 'UDP', address, port })
  })
  udp.on('error', () => {})
  server.on('error', () => {})
  server.on('connection', (socket) => {
    const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '')
    if (!options.admits(address) || connections.size >= mostConnections) socket.destroy()
    else keep(socket, { protocol: 'TCP', address, port: socket.remotePort ?? 0 })
  })

  function keep(socket: Socket, peer: SipPeer): void {
    const key = keyOf(peer)
    connections.set(key, socket)
    socket.setNoDelay(true)
    socket.setTimeout(idleMs, () => socket.destroy())
    socket.on('error', () => {})
    socket.on('close', () => {
      if (connections.get(key) === socket) connections.delete(key)
    })
    socket.on(
      'data',
      splitStream({
        onMessage: (message) => options.onMessage(message, peer),
        onPing: () => socket.write('\r\n'),
        onFault: () => socket.destroy(),
      }),
    )
  }

  function connectionTo(peer: SipPeer): Socket {
    const open = connections.get(keyOf(peer))
    if (open && !open.destroyed && open.writable) return open
    const socket = tcpConnect({ host: peer.address, port: peer.port })
    const limit = setTimeout(() => socket.destroy(new Error('there was no connection in time')), connectMs)
    socket.once('connect', () => clearTimeout(limit))
    socket.once('close', () => clearTimeout(limit))
    keep(socket, peer)
    return socket
  }

  function overTcp(peer: SipPeer, bytes: Buffer, onFailure: (error: Error) => void): void {
    const socket = connectionTo(peer)
    const lost = () => onFailure(new Error('the connection was closed'))
    socket.once('error', onFailure)
    socket.once('close', lost)
    socket.write(bytes, () => {
      socket.off('error', onFailure)
      socket.off('close', lost)
    })
  }

  return {
    port,
    send(peer, message, onFailure = () => {}) {
      try {
        const bytes = writeMessage(message)
        if (peer.protocol === 'TCP') overTcp(peer, bytes, onFailure)
        else udp.send(bytes, peer.port, peer.address, (error) => error && onFailure(error))
      } catch (error) {
        onFailure(error instanceof Error ? error : new Error(messageOf(error)))
      }
    },
    isConnected: (peer) => connections.has(keyOf(peer)),
    async close() {
      for (const socket of connections.values()) socket.destroy()
      await Promise.all([
        new Promise<void>((resolve) => server.close(() => resolve())),
        new Promise<void>((resolve) => udp.close(() => resolve())),
      ])
    },
  }
}

function keyOf({ address, port }: SipPeer): string {
  return `${address}:${port}`
}

async function bindBoth({
  address,
  port,
}: TransportOptions): Promise<{ server: Server; udp: UdpSocket; port: number }> {
  for (let left = port === 0 ? 20 : 0; ; left--) {
    const server = createServer()
    const udp = createSocket('udp4')
    try {
      await listening((done) => server.listen(port, address, done), server)
      const bound = (server.address() as { port: number }).port
      await listening((done) => udp.bind(bound, address, done), udp)
      return { server, udp, port: bound }
    } catch (error) {
      server.close()
      udp.close()
      if (left > 0) continue
      throw new AppError('conflict', `SIP cannot be listened to at ${address}:${port}: ${messageOf(error)}`, {
        cause: error,
      })
    }
  }
}

function listening(start: (done: () => void) => void, part: Server | UdpSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    part.once('error', reject)
    start(() => {
      part.off('error', reject)
      resolve()
    })
  })
}
