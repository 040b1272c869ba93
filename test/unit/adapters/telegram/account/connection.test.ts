import { describe, expect, test } from 'vitest'
import { makeStorage } from '../../../../../adapters/telegram/account/account-storage.ts'
import { makeBaseClient } from '../../../../../adapters/telegram/account/base-client.ts'
import { testAccount } from './account-channel.ts'

const parts = { apiId: 12345, apiHash: '0123456789abcdef0123456789abcdef', catchUp: true }
const place = { pts: 501, qts: 3, date: 1_790_000_000, seq: 7, channels: { 1234567890: 44 } }
const peers = [
  {
    id: 42,
    hash: '-1311768467294899695',
    name: 'Ann',
    lastName: 'Example',
    usernames: ['ann_example'],
    phone: '15550100042',
  },
  { id: 700000001, hash: '9', name: 'Agent', usernames: ['agent_bot'], is: 'bot' as const },
  { id: -1001234567890, hash: '1311768467294899695', name: 'Showroom' },
  { id: -1001234567892, hash: '5', name: 'News', is: 'broadcast' as const },
]

describe('the storage of a connection', () => {
  test('gives back what was kept', () => {
    const storage = makeStorage({ place, peers }, () => undefined)
    expect(storage.place()).toEqual(place)
    expect(storage.peers()).toEqual(peers)
    expect(makeStorage({ peers: [] }, () => undefined).place()).toBeUndefined()
  })
})

describe("the library's own client", () => {
  test('takes the kept session, people and place without asking anybody', async () => {
    const account = await testAccount().signedIn()
    const session = JSON.parse(account.context.kept.get('session') ?? '""')
    await account.stop()
    const storage = makeStorage({ place, peers }, () => undefined)
    const client = makeBaseClient({ ...parts, storage: storage.provider })
    try {
      await client.importSession(session)
      expect(await client.exportSession()).toBe(session)
      expect(await client.storage.self.fetch()).toMatchObject({ userId: 700000777 })
      // Names change hands: they are asked for again.
      expect(await client.storage.peers.getByUsername('Ann_Example')).toBeNull()
      expect(await client.storage.peers.getByPhone('15550100042')).toMatchObject({ userId: 42 })
      expect(await client.storage.peers.getCompleteById(-1001234567890)).toMatchObject({
        title: 'Showroom',
        megagroup: true,
      })
      expect(await client.storage.updates.getState()).toEqual([501, 3, 1_790_000_000, 7])
      expect(await client.storage.updates.getChannelPts(1234567890)).toBe(44)
      expect(client.isConnected).toBe(false)
    } finally {
      await client.destroy()
    }
  })
})
