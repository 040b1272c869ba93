import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { webchat } from '../../../../adapters/webchat/webchat.ts'
import type { ChannelAdapter, ChannelDefinition } from '../../../../src/conversations/channel.ts'
import { ChannelHub } from '../../../../src/conversations/channels/channel-hub.ts'
import { updateChannelRow } from '../../../../src/conversations/channels/channels.store.ts'
import { createChannel } from '../../../../src/conversations/channels/create-channel.ts'
import type { Channel } from '../../../../src/conversations/conversation.ts'
import { systemClock } from '../../../../src/platform/clock.ts'
import { createLog } from '../../../../src/platform/log.ts'
import { createSafeHttp } from '../../../../src/platform/safe-http/safe-http.ts'
import { createVault } from '../../../../src/platform/secrets.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { nobodysDesk } from '../../../nobodys-desk.ts'
import { makeProject } from '../../../project.ts'

/** The web chat, counting who listens; it takes moments to begin and to end. */
let listeners = 0
/** Ends of listening wait for it. */
let lingering = Promise.resolve()
const definition: ChannelDefinition = {
  ...webchat,
  create(context): ChannelAdapter {
    return {
      ...webchat.create(context),
      async close() {
        for (let moments = 0; moments < 5; moments++) await moment()
      },
      async listen() {
        listeners++
        await moment()
        return async () => {
          await moment()
          await lingering
          listeners--
        }
      },
    }
  },
}
const moment = () => new Promise((resolve) => setImmediate(resolve))

describe('the channels that are open', () => {
  let fresh: FreshDatabase
  let hub: ChannelHub
  let channel: Channel
  beforeAll(async () => {
    fresh = await freshDatabase()
    const catalogue = new Map([[definition.kind, definition]])
    const vault = createVault('a key for the tests only')
    const work = await makeProject(fresh.db)
    const input = { kind: 'webchat', name: 'site', settings: {} }
    channel = await fresh.db.transaction((tx) => createChannel(tx, work, input, { catalogue, vault }))
    hub = new ChannelHub({
      db: fresh.db,
      clock: systemClock,
      log: createLog('silent'),
      vault,
      catalogue,
      publicUrl: undefined,
      dataDir: tmpdir(),
      http: createSafeHttp({ allowedPrivateHosts: [] }),
      desk: () => nobodysDesk,
      receive: async () => {},
    })
    await hub.load()
  })

  it('find one that another process has made, without having heard of it', async () => {
    const input = { kind: 'webchat', name: 'made elsewhere', settings: {} }
    const parts = {
      catalogue: new Map([[definition.kind, definition]]),
      vault: createVault('a key for the tests only'),
    }
    const made = await fresh.db.transaction(async (tx) =>
      createChannel(tx, { projectId: channel.projectId, now: new Date(), by: { kind: 'system' } }, input, parts),
    )
    expect(hub.byHook(made.hookId)).toBeUndefined()
    expect((await hub.findByHook(made.hookId))?.channel.id).toBe(made.id)
    expect(await hub.findByHook('hk_nobody')).toBeUndefined()
  })

  afterAll(async () => {
    await hub.close()
    await fresh.drop()
  })

  it('can be reached all the while they are opened anew, even several times at once', async () => {
    let reloading = true
    const reloads = Promise.all([hub.reload(channel.id), hub.reload(channel.id), hub.reload(channel.id)]).finally(
      () => {
        reloading = false
      },
    )
    let looks = 0
    while (reloading) {
      expect(hub.byHook(channel.hookId)?.channel.id).toBe(channel.id)
      looks++
      await moment()
    }
    expect(await reloads).toEqual([true, true, true])
    expect(looks).toBeGreaterThan(2)
  })

  it('are listened to once, however often it is asked for', async () => {
    await Promise.all([hub.listen(channel.id), hub.listen(channel.id)])
    expect(listeners).toBe(1)
    await hub.unlisten(channel.id)
    expect(listeners).toBe(0)
  })

  it('stand as they were changed last and are listened to once, when changes come while one is let go of', async () => {
    await hub.listen(channel.id)
    let end = () => {}
    lingering = new Promise((resolve) => {
      end = resolve
    })
    const reopen = async () => {
      await hub.reload(channel.id)
      await hub.listen(channel.id)
    }
    const first = reopen()
    for (let moments = 0; moments < 50; moments++) await moment()
    await updateChannelRow(fresh.db, channel.id, { name: 'changed meanwhile' })
    const second = reopen()
    for (let moments = 0; moments < 50; moments++) await moment()
    end()
    await Promise.all([first, second])
    expect([hub.nameOf(channel.id), listeners]).toEqual(['changed meanwhile', 1])
    await hub.unlisten(channel.id)
    expect(listeners).toBe(0)
  })
})
