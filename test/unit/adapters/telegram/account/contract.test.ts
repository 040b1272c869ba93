import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Inbound, SendingFault } from '../../../../contracts/channel.ts'
import { channelContract } from '../../../../contracts/channel.ts'
import type { MtprotoFault } from '../../../../doubles/mtproto/mtproto.ts'
import { ann, self } from '../../../../doubles/mtproto/world.ts'
import { testAccount } from './account-channel.ts'

const faults: Record<SendingFault, MtprotoFault> = {
  rate_limit: { word: 'FLOOD_WAIT_3' },
  unreachable: { word: 'USER_IS_BLOCKED' },
  drop: { drop: 'before' },
}

channelContract({
  name: 'telegram-account',
  kinds: ['direct', 'group'],
  make: async () => {
    const account = testAccount()
    const { server, adapter } = account
    const files = createServer((_request, response) => response.end(Buffer.alloc(2000, 'file')))
    await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve))
    const { port } = files.address() as AddressInfo
    await account.signedIn()
    // Whoever is written to must be known: Ann has written, and the group is among the account's conversations.
    await server.say('Before')
    await account.heard(1)
    await account.unlisten()
    let listening = false
    return {
      adapter,
      bring: async (what, number) => {
        if (!listening) await account.listen()
        listening = true
        const before = account.received.length
        await server.play(inbound[what](server.world, number))
        // One comes after it, so that whatever came of it has come.
        const end = server.world.message({ message: 'end', fromId: peerOfAnn, peerId: peerOfAnn })
        await server.play(server.world.newMessage(end))
        const isEnd = (event: (typeof account.received)[number]) => event.externalId === `message:42:${end.id}`
        while (!account.received.some(isEnd)) await new Promise((resolve) => setTimeout(resolve, 1))
        return account.received.slice(before).filter((event) => !isEnd(event))
      },
      fail: (fault) => server.inject(faults[fault]),
      thread: (kind) => ({ thread: kind === 'direct' ? '42' : '-1001234567890', kind }),
      file: () => ({ url: `http://127.0.0.1:${port}/file` }),
      arrived: () => server.world.messages.filter(({ out }) => out).length,
      refused: () => server.refused,
      connections: async () => server.connections(),
      stop: async () => {
        await account.stop()
        files.closeAllConnections()
        await new Promise((resolve) => files.close(resolve))
        await account.context.http.close()
      },
    }
  },
  cannot: { forge: 'Nobody calls it: the account is listened to over its own, encrypted connection.' },
})

const peerOfAnn = { _: 'peerUser' as const, userId: ann.id }
type World = ReturnType<typeof testAccount>['server']['world']

const inbound: Record<
  Inbound,
  (world: World, number: number) => Parameters<ReturnType<typeof testAccount>['server']['play']>[0]
> = {
  message: (world, number) => numbered(world, number, { message: `Hello ${number}`, fromId: peerOfAnn }),
  own: (world, number) =>
    numbered(world, number, { message: 'Ours', out: true, fromId: { _: 'peerUser', userId: self.id } }),
  unknown: (_, number) => ({
    _: 'updateBotMenuButton',
    botId: 700_000_001 + number,
    button: { _: 'botMenuButtonDefault' },
  }),
}

/** The same message again is one with the same number, which a later step of the updates brings once more. */
function numbered(world: World, number: number, fields: Partial<Parameters<World['message']>[0]>) {
  return world.newMessage({ ...world.message({ peerId: peerOfAnn, ...fields }), id: 90_000 + number })
}
