import { type ChannelHarness, channelContract, type Inbound, type SendingFault } from '../../../contracts/channel.ts'
import type { VendorServer, VoiceFault } from '../../../doubles/voice/vendor-server.ts'
import {
  genericEvent,
  genericLine,
  jambonzLine,
  secret,
  signedHook,
  type TestLine,
  twilioHook,
  twilioLine,
} from './line.ts'

const faults: Record<SendingFault, VoiceFault> = { rate_limit: 'rate_limit', unreachable: 'over', drop: 'drop' }
const cannot = {
  own: 'a phone system never hands us what we said ourselves',
  connections: 'its requests go by the guarded client of the program, which is closed with the program',
}

function harness(
  line: TestLine<VendorServer>,
  parts: Pick<ChannelHarness, 'bring' | 'forge' | 'arrived'> & { call: string },
): ChannelHarness {
  return {
    adapter: line.adapter,
    bring: parts.bring,
    forge: parts.forge,
    arrived: parts.arrived,
    fail: (fault) => line.vendor.inject(faults[fault]),
    thread: (kind) => ({ thread: parts.call, kind }),
    file: () => ({ url: 'https://example.com/sound.mp3' }),
    refused: () => line.vendor.refused,
    connections: line.vendor.connections,
    stop: line.stop,
  }
}

channelContract({
  name: 'voice by the generic contract',
  kinds: ['call'],
  cannot,
  make: async () => {
    const line = await genericLine()
    const payloads: Record<Inbound, (number: number) => unknown> = {
      message: (number) => genericEvent({ id: `evt-${number}`, event: 'call.dtmf', digit: '1' }),
      own: () => ({}),
      unknown: (number) => genericEvent({ id: `evt-${number}`, event: 'call.held' }),
    }
    const request = (body: unknown, key = secret) =>
      signedHook(body, { header: 'x-signature', secret: key, at: line.clock.now() })
    return harness(line, {
      call: 'call-1',
      bring: async (what, number) => (await line.adapter.receive(request(payloads[what](number)))).events,
      forge: () => line.adapter.receive(request(genericEvent(), 'another-shared-secret')),
      arrived: () => line.vendor.commands.filter(({ command }) => command === 'say' || command === 'play').length,
    })
  },
})

channelContract({
  name: 'voice by jambonz',
  kinds: ['call'],
  cannot,
  make: async () => {
    const line = await jambonzLine()
    const info = { call_sid: 'j-1', direction: 'inbound', from: '+4915112345678', to: '+4930111111' }
    const payloads: Record<Inbound, (number: number) => [unknown, string]> = {
      message: (number) => [
        { ...info, call_status: 'in-progress', digits: '1', reason: 'dtmfDetected' },
        `?hook=input&turn=0.${number}&silent=0`,
      ],
      own: () => [{}, ''],
      unknown: () => [{ ...info, call_status: 'levitating' }, '?hook=status'],
    }
    const request = ([body, query]: [unknown, string], key = 'wh-secret') =>
      signedHook(body, { header: 'jambonz-signature', secret: key, at: line.clock.now(), query })
    return harness(line, {
      call: 'j-1',
      bring: async (what, number) => (await line.adapter.receive(request(payloads[what](number)))).events,
      forge: () => line.adapter.receive(request(payloads.message(1), 'wrong')),
      arrived: () => line.vendor.redirects.length,
    })
  },
})

channelContract({
  name: 'voice by Twilio',
  kinds: ['call'],
  cannot,
  make: async () => {
    const line = await twilioLine()
    const call = 'CA00000000000000000000000000000001'
    const info = { CallSid: call, Direction: 'inbound', From: '+4915112345678', To: '+14155550100' }
    const payloads: Record<Inbound, (number: number) => [Record<string, string>, string]> = {
      message: (number) => [
        { ...info, CallStatus: 'in-progress', Digits: '1' },
        `?hook=input&turn=0.${number}&silent=0`,
      ],
      own: () => [{}, ''],
      unknown: () => [{ ...info, CallStatus: 'levitating' }, '?hook=status'],
    }
    return harness(line, {
      call,
      bring: async (what, number) => (await line.adapter.receive(twilioHook(...payloads[what](number)))).events,
      forge: () => line.adapter.receive(twilioHook(...payloads.message(1), 'wrong')),
      arrived: () => line.vendor.updates.length,
    })
  },
})
