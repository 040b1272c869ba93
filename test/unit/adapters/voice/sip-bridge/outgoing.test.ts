import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { freePort } from '../../../../doubles/sip/free-port.ts'
import { hasSipp, mayPlayPackets, playSipp, type Sipp, type SippOptions } from '../../../../doubles/sip/sipp.ts'
import { type Served, serveBridge } from './bridge.ts'
import { wavFile } from './wav-file.ts'

const mayPress = hasSipp && mayPlayPackets

if (!hasSipp)
  process.stdout.write('Calls are not tried with sipp: it is not installed (Debian: apt install sip-tester).\n')
else if (!mayPress) process.stdout.write('Keys are not tried with sipp: only root may let it send them.\n')

let served: Served
const peers: Sipp[] = []

beforeEach(async () => {
  served = await serveBridge()
})
afterEach(async () => {
  await served.stop()
  for (const peer of peers.splice(0)) await peer.stop()
})

async function phone(scenario: string, options?: SippOptions): Promise<Sipp> {
  const peer = await playSipp(scenario, options)
  peers.push(peer)
  return peer
}

describe.skipIf(!hasSipp)('an outgoing call, with sipp as the phone', () => {
  it.each(['UDP', 'TCP'] as const)('over %s is answered, and hung up by us when all is done', async (protocol) => {
    const peer = await phone('answers', { protocol })
    const play = { data: wavFile(300).toString('base64'), mime: 'audio/wav' }
    const sip_parameters = { transport: protocol.toLowerCase(), from: '+15550100' }
    const id = await served.place(peer.port, { play, sip_parameters })
    const end = await served.receiver.until('call.completed')
    await peer.done
    expect(served.told()).toEqual(['call.initiated', 'call.ringing', 'call.answered', 'call.completed'])
    expect(served.receiver.events.map(({ seq }) => seq)).toEqual([0, 1, 2, 3])
    const call = { id, direction: 'outbound', from: '+15550100@127.0.0.1', to: '100' }
    expect(end).toMatchObject({ hangup_by: 'us', call })
    expect(end.duration).toBeGreaterThanOrEqual(0.4)
  })

  it.each(['UDP', 'TCP'] as const)('over %s is hung up by the other side', async (protocol) => {
    const peer = await phone('answers-and-hangs-up', { protocol })
    const digits = { max: 4, seconds: 15 }
    await served.place(peer.port, { digits, sip_parameters: { transport: protocol.toLowerCase() } })
    expect(await served.receiver.until('call.completed')).toMatchObject({ hangup_by: 'callee' })
    await peer.done
  })

  it('ends when its longest time is over', async () => {
    const peer = await phone('answers')
    const sip_parameters = { maxduration: '1' }
    await served.place(peer.port, { digits: { max: 4, seconds: 15 }, sip_parameters })
    expect(await served.receiver.until('call.completed')).toMatchObject({
      hangup_by: 'us',
      reason: 'The longest time for the call was over.',
    })
    await peer.done
  })

  it('is hung up by a command, and a second one changes nothing', async () => {
    const peer = await phone('answers')
    const call_id = await served.place(peer.port, { digits: { max: 4, seconds: 15 } })
    await served.receiver.until('call.answered')
    expect(await served.command({ command: 'hang_up', call_id })).toMatchObject({ status: 200 })
    expect(await served.command({ command: 'hang_up', call_id })).toMatchObject({ status: 200 })
    expect(await served.receiver.until('call.completed')).toMatchObject({ hangup_by: 'us' })
    await peer.done
  })

  it.each([
    ['486 Busy Here', 'call.busy'],
    ['600 Busy Everywhere', 'call.busy'],
    ['603 Decline', 'call.failed'],
    ['403 Forbidden', 'call.failed'],
    ['404 Not Found', 'call.failed'],
    ['480 Temporarily Unavailable', 'call.failed'],
    ['302 Moved Temporarily', 'call.failed'],
  ] as const)('that is refused with %s ends as %s', async (final, event) => {
    const peer = await phone('refuses', { keys: { final } })
    await served.place(peer.port)
    const end = await served.receiver.until(event)
    await peer.done
    const [status = '', ...reason] = final.split(' ')
    expect(end).toMatchObject({ sip_status: Number(status), reason: reason.join(' '), hangup_by: 'callee' })
    expect(served.told()).toEqual(['call.initiated', event])
  })

  it.each(['UDP', 'TCP'] as const)('over %s that nobody answers is taken back', async (protocol) => {
    const peer = await phone('rings-only', { protocol })
    await served.place(peer.port, { ring_seconds: 1, sip_parameters: { transport: protocol.toLowerCase() } })
    expect(await served.receiver.until('call.no_answer')).toMatchObject({ hangup_by: 'us' })
    await peer.done
    expect(served.told()).toEqual(['call.initiated', 'call.ringing', 'call.no_answer'])
  })

  it('that is taken back by a command while it rings is canceled', async () => {
    const peer = await phone('rings-only')
    const call_id = await served.place(peer.port)
    await served.receiver.until('call.ringing')
    await served.command({ command: 'hang_up', call_id })
    expect(await served.receiver.until('call.canceled')).toMatchObject({ hangup_by: 'us' })
    await peer.done
  })

  it('that is answered when it was already taken back is acknowledged and ended', async () => {
    const peer = await phone('answers-too-late')
    await served.place(peer.port, { ring_seconds: 1 })
    await served.receiver.until('call.no_answer')
    await peer.done
    expect(served.told()).not.toContain('call.answered')
  })

  it('proves who it is when it is asked for a password', async () => {
    const peer = await phone('asks-for-password')
    await served.place(peer.port, { sip_parameters: { user: 'alice', password: 'wonder land' } })
    await served.receiver.until('call.completed')
    await peer.done
  })

  it('without the right password fails with the status of the refusal', async () => {
    const peer = await phone('refuses', { keys: { final: '407 Proxy Authentication Required' } })
    await served.place(peer.port, { sip_parameters: { user: 'alice', password: 'x' } })
    expect(await served.receiver.until('call.failed')).toMatchObject({ sip_status: 407 })
  })

  it('that is ordered twice under one key is placed once, also after a restart', async () => {
    const peer = await phone('answers')
    const first = await served.place(peer.port, { key: 'one order' })
    expect(await served.place(peer.port, { key: 'one order' })).toBe(first)
    await served.receiver.until('call.completed')
    await served.restart()
    expect(await served.place(peer.port, { key: 'one order' })).toBe(first)
    expect(served.told().filter((event) => event === 'call.initiated')).toHaveLength(1)
  })
})

describe.skipIf(!mayPress)('keys that sipp presses', () => {
  it('come as they are pressed, and the call ends when there are enough', async () => {
    const peer = await phone('answers-and-presses')
    const play = { data: wavFile(10_000).toString('base64'), mime: 'audio/wav' }
    await served.place(peer.port, { play, digits: { max: 3, seconds: 5 } })
    const { duration } = await served.receiver.until('call.completed')
    await peer.done
    expect(served.receiver.events.flatMap(({ digit }) => digit ?? [])).toEqual(['4', '2', '#'])
    expect(duration, 'the file is not played to its end').toBeLessThan(5)
  })
})

describe('an outgoing call to a server that says nothing', () => {
  it('over UDP fails after the time for ringing and a grace', async () => {
    const silent = createSocket('udp4')
    silent.bind(0, '127.0.0.1')
    await once(silent, 'listening')
    await served.place(silent.address().port, { ring_seconds: 1 })
    const end = await served.receiver.until('call.failed')
    silent.close()
    expect(end).toMatchObject({ hangup_by: 'system', reason: expect.stringMatching(/does not answer/) })
    const [began] = served.receiver.events
    expect(Date.parse(end.at) - Date.parse(began!.at)).toBeLessThan(2_500)
  })

  it('over TCP fails at once when nobody listens', async () => {
    await served.place(await freePort(), { sip_parameters: { transport: 'tcp' } })
    expect(await served.receiver.until('call.failed')).toMatchObject({ sip_status: 503 })
  })
})
