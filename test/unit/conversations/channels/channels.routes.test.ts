import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { ChannelAdapter, ChannelCatalogue, ChannelDefinition } from '../../../../src/conversations/channel.ts'
import { findChannel } from '../../../../src/conversations/channels/channels.store.ts'
import { AppError } from '../../../../src/platform/errors.ts'
import { openSettings } from '../../../../src/platform/secret-settings.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { type TestGateway, testGateway } from '../../../gateway.ts'

const definition: ChannelDefinition = {
  kind: 'pigeon',
  title: 'Pigeon post',
  conversations: ['direct'],
  example: { token: 'feather-1' },
  settings: z.object({
    token: z.string().min(8, 'expected 8 characters or more').meta({ secret: true }),
    backup: z.string().optional().meta({ secret: true }),
    loft: z.string().default('north'),
  }),
  create: () => {
    throw new Error('not opened here')
  },
}
const catalogue: ChannelCatalogue = new Map([['pigeon', definition]])

let fresh: FreshDatabase
let gateway: TestGateway

beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  gateway = await testGateway(fresh.db, { catalogue })
})
afterAll(() => fresh.drop())

const make = (settings: object = { token: 'feather-1' }, name = 'post') =>
  gateway.call('POST', '/channels', { kind: 'pigeon', name, settings })

async function stored(id: number) {
  const channel = (await findChannel(fresh.db, id))!
  return {
    raw: channel.settings,
    opened: openSettings(definition, gateway.services.vault, `channel:${channel.hookId}`, channel.settings),
  }
}

describe('channels over the API', () => {
  it('are made with checked settings, their secrets sealed and masked', async () => {
    const { status, body } = await make()
    expect(status).toBe(201)
    expect(body).toMatchObject({ kind: 'pigeon', name: 'post', enabled: true, pageUrl: null, address: null })
    expect(body.settings).toEqual({ token: '•••', loft: 'north' })
    expect(body.hookUrl).toMatch(/^https:\/\/bot\.example\.com\/hooks\/hk_/)
    const { raw, opened } = await stored(body.id)
    expect(raw.token).toMatch(/^sealed:/)
    expect(opened).toEqual({ token: 'feather-1', loft: 'north' })
    expect(gateway.handed.changed).toEqual([body.id])
  })

  it('name wrong and unknown settings, an unknown kind and a taken name', async () => {
    const wrong = await make({ token: 'short', colour: 'grey' })
    expect(wrong.body.errors).toEqual([
      { path: 'settings.token', message: 'expected 8 characters or more' },
      { path: 'settings.colour', message: 'is not known here; remove it or correct its name' },
    ])
    const unknown = await gateway.call('POST', '/channels', { kind: 'smoke', name: 'x' })
    expect(unknown.body.errors).toEqual([{ path: 'kind', message: 'there is no kind "smoke"; expected one of pigeon' }])
    await make()
    expect((await make()).status).toBe(409)
  })

  it('keep a secret that comes back masked, and lose a setting that is set to null', async () => {
    const { body } = await make({ token: 'feather-1', backup: 'feather-2' })
    const changed = await gateway.call('PATCH', `/channels/${body.id}`, {
      settings: { token: '•••', backup: null, loft: 'south' },
    })
    expect(changed.body.settings).toEqual({ token: '•••', loft: 'south' })
    expect((await stored(body.id)).opened).toEqual({ token: 'feather-1', loft: 'south' })
  })

  it('are connected, and note what their vendor says', async () => {
    const { body } = await make()
    let answer: () => Promise<{ address: string }> = async () => {
      throw new AppError('unauthenticated', 'The token is not known.')
    }
    gateway.open.set('x', {
      id: body.id,
      projectId: gateway.projectId,
      adapter: { connect: () => answer() } as ChannelAdapter,
    })
    expect((await gateway.call('POST', `/channels/${body.id}/connect`)).body.detail).toBe('The token is not known.')
    expect((await gateway.call('GET', `/channels/${body.id}`)).body.error).toBe('The token is not known.')
    answer = async () => ({ address: '@pigeon' })
    expect((await gateway.call('POST', `/channels/${body.id}/connect`)).body).toMatchObject({
      address: '@pigeon',
      error: null,
    })
  })

  it('send a text for a test', async () => {
    const { body } = await make()
    const send: ChannelAdapter['send'] = async (target, outbound) => ({
      externalIds: [`${target.thread}:${outbound.action}`],
    })
    gateway.open.set('x', { id: body.id, projectId: gateway.projectId, adapter: { send } as ChannelAdapter })
    const sent = await gateway.call('POST', `/channels/${body.id}/test`, { thread: '42', text: 'hello' })
    expect(sent.body).toEqual({ externalIds: ['42:message'] })
  })

  it('are switched off and removed', async () => {
    const { body } = await make()
    expect((await gateway.call('PATCH', `/channels/${body.id}`, { enabled: false })).body.enabled).toBe(false)
    expect((await gateway.call('DELETE', `/channels/${body.id}`)).status).toBe(204)
    expect((await gateway.call('GET', `/channels/${body.id}`)).status).toBe(404)
    expect(gateway.handed.changed).toEqual([body.id, body.id, body.id])
  })

  it('tell their kinds with a schema of the settings', async () => {
    const { body } = await gateway.call('GET', '/channel-kinds')
    expect(body.items[0]).toMatchObject({ kind: 'pigeon', title: 'Pigeon post', secrets: ['token', 'backup'] })
    expect(body.items[0].settings.properties.loft).toMatchObject({ default: 'north' })
    expect(body.items[0].settings.required).toEqual(['token'])
  })
})
