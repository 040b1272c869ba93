import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { createEmailAdapter } from '../../../../adapters/email/adapter.ts'
import { channelContext } from '../../../channel-context.ts'
import { deskSettings } from './desk.ts'

test('a mailbox whose server says nothing is let go of at once', async () => {
  const sockets: Socket[] = []
  const server = createServer((socket) => sockets.push(socket.on('error', () => undefined)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const adapter = createEmailAdapter(channelContext(deskSettings(port, port)))
  const stop = await adapter.listen?.()
  const sending = adapter
    .send({ thread: 'ann@example.org', kind: 'email' }, { action: 'message', text: 'Hi' }, new AbortController().signal)
    .catch((error: unknown) => error)
  await expect.poll(() => sockets.length).toBe(2)
  const began = performance.now()
  await stop?.()
  await adapter.close()
  expect(await sending).toMatchObject({ retryable: true })
  expect(performance.now() - began).toBeLessThan(1000)
  await new Promise((resolve) => server.close(resolve))
})
