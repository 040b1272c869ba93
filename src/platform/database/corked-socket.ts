import { connect, type Socket } from 'node:net'

/** Where the driver connects to, as it hands it to its `socket` option. */
interface Address {
  host: string[]
  port: number[]
  path?: string | false
}

/**
 * A connection on which what is written in one turn of the event loop leaves in one system call. The driver writes each
 * statement above 1 kB by itself, and on the message path a dozen of them belong together.
 */
export function corkedSocket({ host, port, path }: Address): Socket {
  const socket = path ? connect(path) : connect({ host: host[0], port: port[0]!, noDelay: true })
  const write = socket.write.bind(socket) as (...parts: unknown[]) => boolean
  let corked = false
  socket.write = ((...parts: unknown[]) => {
    if (!corked) {
      corked = true
      socket.cork()
      setImmediate(() => {
        corked = false
        socket.uncork()
      })
    }
    return write(...parts)
  }) as Socket['write']
  return socket
}
