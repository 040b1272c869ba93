import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { IncomingAnswer } from '../../../../../adapters/voice/generic/contract.ts'
import { hasSipp, mayPlayPackets, playSipp, type Sipp, type SippOptions } from '../../../../doubles/sip/sipp.ts'
import { type Served, serveBridge } from './bridge.ts'
import { wavFile } from './wav-file.ts'

const mayPress = hasSipp && mayPlayPackets
const stay: IncomingAnswer = { answer: true, stay: true, record: false, max_seconds: 30 }

if (!hasSipp)
  process.stdout.write('Calls to us are not tried: sipp is not installed (Debian: apt install sip-tester).\n')

describe.skipIf(!hasSipp)('a call that comes in, with sipp as the phone', () => {
  let served: Served
  const peers: Sipp[] = []

  beforeEach(async () => {
    served = await serveBridge([], { decision: 1_000, keyPause: 300 })
  })
  afterEach(async () => {
    await served.stop()
    for (const peer of peers.splice(0)) await peer.stop()
  })

  async function call(scenario: string, options: SippOptions = {}): Promise<Sipp> {
    const peer = await playSipp(scenario, { target: served.bridge.sipPort, service: '200', ...options })
    peers.push(peer)
    return peer
  }

  it.each(['UDP', 'TCP'] as const)('over %s is answered, and ended by the caller', async (protocol) => {
    served.receiver.answer = stay
    const caller = await call('calls', { protocol })
    const end = await served.receiver.until('call.completed')
    await caller.done
    expect(served.told()).toEqual(['call.incoming', 'call.answered', 'call.completed'])
    expect(end).toMatchObject({ hangup_by: 'caller', call: { direction: 'inbound', from: '+15550100', to: '200' } })
    expect(end.duration).toBeGreaterThanOrEqual(0.2)
  })

  it.each(['UDP', 'TCP'] as const)('over %s hears a file and is ended by us', async (protocol) => {
    const play = { data: wavFile(100).toString('base64'), mime: 'audio/wav' }
    served.receiver.answer = { ...stay, stay: false, play } satisfies IncomingAnswer
    const caller = await call('calls-and-waits', { protocol })
    expect(await served.receiver.until('call.completed')).toMatchObject({ hangup_by: 'us' })
    await caller.done
  })

  it('is refused as busy', async () => {
    served.receiver.answer = { answer: false, sip_status: 486 } satisfies IncomingAnswer
    const caller = await call('calls-and-is-refused', { keys: { status: '486' } })
    expect(await served.receiver.until('call.busy')).toMatchObject({ sip_status: 486, hangup_by: 'us' })
    await caller.done
  })

  it('is told to call later when nobody says what to do with it', async () => {
    const caller = await call('calls-and-is-refused', { keys: { status: '480' } })
    expect(await served.receiver.until('call.no_answer')).toMatchObject({ sip_status: 480 })
    await caller.done
  })

  it('is answered as soon as its receiver is back', async () => {
    served.receiver.failures = [503, 500]
    served.receiver.answer = stay
    const caller = await call('calls')
    await served.receiver.until('call.completed')
    await caller.done
    expect(served.told()).toEqual(['call.incoming', 'call.answered', 'call.completed'])
  })

  it('can be held, takes keys by INFO, and refuses what it does not know', async () => {
    served.receiver.answer = { ...stay, digits: { max: 1, seconds: 20 } }
    const caller = await call('calls-and-holds')
    await served.receiver.until('call.completed')
    await caller.done
    expect(served.receiver.events.flatMap(({ digit }) => digit ?? [])).toEqual(['7'])
  })

  it('that is taken back while it rings is canceled', async () => {
    const caller = await call('calls-and-gives-up')
    expect(await served.receiver.until('call.canceled')).toMatchObject({ hangup_by: 'caller' })
    await caller.done
  })

  it('is played to by a command, and hung up by another', async () => {
    served.receiver.answer = stay
    const caller = await call('calls-and-waits')
    const { call: facts } = await served.receiver.until('call.answered')
    const play = { data: wavFile(50).toString('base64'), mime: 'audio/wav' }
    expect(await served.command({ command: 'play', call_id: facts.id, play })).toMatchObject({ status: 200 })
    expect(await served.command({ command: 'hang_up', call_id: facts.id })).toMatchObject({ status: 200 })
    await served.receiver.until('call.completed')
    await caller.done
    expect(await served.command({ command: 'play', call_id: facts.id, play })).toMatchObject({ status: 404 })
  })

  it('is ended properly, and that is told, when the bridge is stopped', async () => {
    served.receiver.answer = stay
    const caller = await call('calls-and-waits')
    await served.receiver.until('call.answered')
    await served.stopBridge()
    await caller.done
    expect(await served.receiver.until('call.completed')).toMatchObject({ hangup_by: 'system' })
  })

  it.skipIf(!mayPress)('tells the keys of an answer together', async () => {
    served.receiver.answer = { ...stay, digits: { max: 8, seconds: 20 } }
    const caller = await call('calls-and-presses')
    await served.receiver.until('call.completed')
    await caller.done
    expect(served.receiver.events.flatMap(({ digit }) => digit ?? [])).toEqual(['5*'])
  })
})
