import { type AddressInfo, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { mailServer } from '../../../../adapters/email/servers/address.ts'
import { overSmtp } from '../../../../adapters/email/servers/smtp-client.ts'
import { channelContext } from '../../../channel-context.ts'
import { deskSettings } from './desk.ts'

test('a server that breaks the connection off while nothing is asked of it ends nothing but that', async () => {
  const sockets: Socket[] = []
  const server = createServer((socket) => sockets.push(socket.on('error', () => undefined)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const settings = deskSettings(port, port)
  const { http } = channelContext(settings)
  const credentials = { renewable: false, secret: async () => ({ password: 'secret' }) }
  // An error that nobody listens to would be told by the runner as uncaught.
  const work = async () => {
    await expect.poll(() => sockets).toHaveLength(1)
    sockets[0]!.resetAndDestroy()
    return sleep(100, 'done')
  }
  const signal = new AbortController().signal
  expect(await overSmtp(http, mailServer(settings, 'SMTP'), credentials, signal, work)).toBe('done')
  await new Promise((resolve) => server.close(resolve))
})
