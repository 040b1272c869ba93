import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { newMessageId } from '../../../../adapters/email/threads/message-id.ts'
import type { ChannelEvent } from '../../../../src/conversations/event.ts'
import { channelContract, type Inbound, type SendingFault } from '../../../contracts/channel.ts'
import { hasDovecot } from '../../../doubles/mail/dovecot.ts'
import type { SmtpFault } from '../../../doubles/mail/smtp-double.ts'
import { letter, startDesk } from './desk.ts'

const faults: Record<SendingFault, SmtpFault> = {
  rate_limit: { at: 'rcpt', code: 450, says: '4.7.1 Greylisted, try again in 3 seconds' },
  unreachable: { at: 'rcpt', code: 550, says: '5.1.1 No such user here' },
  drop: { at: 'data' },
}

async function startFiles(): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('A file.'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/offer.txt`
  return {
    url,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

if (hasDovecot) {
  channelContract({
    name: 'email',
    kinds: ['email'],
    cannot: { forge: 'nobody calls us: letters are fetched from a server that we sign in to' },
    make: async () => {
      const desk = await startDesk()
      const files = await startFiles()
      let listening: Promise<() => Promise<void>> | undefined
      const ownId = async () => {
        const key = await desk.context.state.read('key')
        return newMessageId(key!, 'ann@example.org', 'example.com')
      }
      const letters: Record<Inbound, (number: number) => Promise<string>> = {
        message: async (number) => letter(number),
        own: async (number) => letter(number, { 'Message-ID': await ownId() }),
        unknown: async (number) => letter(number, { From: undefined }),
      }
      let ends = 0
      return {
        adapter: desk.adapter,
        async bring(what, number) {
          listening ??= desk.listen()
          await listening
          await expect.poll(() => desk.context.conditions.at(-1)?.state).toBe('working')
          const { received } = desk.context
          const before = received.length
          // What comes after it tells that it has been read.
          const end = `End ${++ends}`
          desk.imap.deliver(await letters[what](number))
          desk.imap.deliver(letter(`end-${ends}`, { From: 'end@example.org', body: end }))
          const isEnd = (event: ChannelEvent) => event.kind === 'message' && event.message.text === end
          await expect.poll(() => received.some(isEnd), { timeout: 5000, interval: 5 }).toBe(true)
          return received.slice(before).filter((event) => !isEnd(event))
        },
        fail: (fault) => desk.smtp.fail(faults[fault]),
        thread: () => ({ thread: 'ann@example.org', kind: 'email' }),
        file: () => ({ url: files.url }),
        arrived: () => desk.smtp.arrived.length,
        refused: () => desk.smtp.refused,
        connections: async () => desk.imap.connections() + (await desk.smtp.connections()),
        async stop() {
          await desk.stop()
          await files.stop()
        },
      }
    },
  })
} else {
  test('without an IMAP server the channel contract is not tried', () => {
    expect(hasDovecot).toBe(false)
  })
}
