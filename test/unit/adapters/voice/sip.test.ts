import { createServer } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { VoiceSettings } from '../../../../adapters/voice/settings.ts'
import { voice } from '../../../../adapters/voice/voice.ts'
import type { ChannelAdapter } from '../../../../src/conversations/channel.ts'
import { channelContext, type TestContext } from '../../../channel-context.ts'

const secret = 'a-long-shared-secret'
let stop: (() => Promise<void>) | undefined
let adapter: ChannelAdapter
let context: TestContext<VoiceSettings>

afterEach(async () => {
  await stop?.()
  stop = undefined
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A line whose bridge runs beside the program, listened to. */
async function listen(over: Record<string, unknown> = {}): Promise<void> {
  const settings = voice.settings.parse({
    driver: 'sip',
    secret,
    bridgePort: await freePort(),
    sipAddress: '127.0.0.1:0',
    allowedSipServers: ['127.0.0.1'],
    ...over,
  })
  context = channelContext(settings as VoiceSettings)
  adapter = voice.create(context)
  stop = await adapter.listen!()
}
const call = {
  phone: '100',
  sipServer: '127.0.0.1:9',
  sipParameters: { transport: 'tcp' },
  record: false,
  ringSeconds: 2,
  maxSeconds: 10,
}

describe('the SIP bridge beside the program', () => {
  it('starts with the channel, places calls, tells what becomes of them, and ends with it', {
    timeout: 30_000,
  }, async () => {
    await listen()
    await vi.waitFor(() => expect(context.conditions.at(-1)).toEqual({ state: 'working' }), { timeout: 15_000 })
    // Nobody listens at the discard port: a dead server ends as failed.
    const { thread } = await adapter.calls!.placeCall(call, '1:2')
    expect(await adapter.calls!.placeCall(call, '1:2')).toEqual({ thread })
    const events = () =>
      context.received.flatMap((event) =>
        event.kind === 'message' && event.thread.id === thread
          ? event.message.parts!.map((part) => (part.type === 'call' ? part.event : part.type))
          : [],
      )
    await vi.waitFor(() => expect(events()).toContain('failed'), { timeout: 15_000 })
    expect(events().filter((event) => event === 'failed')).toHaveLength(1)
    await stop!()
    stop = undefined
    await expect(adapter.calls!.placeCall(call, '1:3')).rejects.toMatchObject({ retryable: true })
    // The lease may come back to this process.
    context.conditions.length = 0
    stop = await adapter.listen!()
    await vi.waitFor(() => expect(context.conditions.at(-1)).toEqual({ state: 'working' }), { timeout: 15_000 })
    expect(await adapter.calls!.placeCall(call, '1:4')).toEqual({ thread: expect.any(String) })
  })

  it('says why it does not start, and is started again', { timeout: 30_000 }, async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as { port: number }
    await listen({ bridgePort: port })
    await vi.waitFor(() => expect(context.conditions.at(-1)).toMatchObject({ state: 'failing' }), { timeout: 15_000 })
    await new Promise((resolve) => taken.close(resolve))
    await vi.waitFor(() => expect(context.conditions.at(-1)).toEqual({ state: 'working' }), { timeout: 15_000 })
  })

  it('cannot speak, and says so', async () => {
    const settings = voice.settings.parse({ driver: 'sip', secret, allowedSipServers: ['127.0.0.1'] })
    adapter = voice.create(channelContext(settings as VoiceSettings))
    expect(adapter.capabilities('call').calls).toMatchObject({ speech: false, playback: true, digits: true })
    const message = { action: 'message', text: 'Hello' } as const
    await expect(
      adapter.send({ thread: 'x', kind: 'call' }, message, new AbortController().signal),
    ).rejects.toMatchObject({ code: 'unsupported' })
  })

  it('may not be connected when it could call nobody', async () => {
    const settings = voice.settings.parse({ driver: 'sip', secret })
    adapter = voice.create(channelContext(settings as VoiceSettings))
    await expect(adapter.connect()).rejects.toMatchObject({ message: expect.stringContaining('allowedSipServers') })
  })
})
