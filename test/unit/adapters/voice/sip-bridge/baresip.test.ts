import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Baresip, hasBaresip, startBaresip } from '../../../../doubles/sip/baresip.ts'
import { type Served, serveBridge } from './bridge.ts'

if (!hasBaresip)
  process.stdout.write('No calls with baresip: it is not installed (Debian: apt install baresip-core).\n')

describe.skipIf(!hasBaresip)('a call with baresip', () => {
  let served: Served
  let phone: Baresip

  beforeEach(async () => {
    served = await serveBridge([], { keyPause: 300 })
  })
  afterEach(async () => {
    await served.stop()
    await phone.stop()
  })

  it('to it is answered, and takes its keys until #', async () => {
    phone = await startBaresip({ answers: 'auto' })
    await served.place(phone.port, { digits: { max: 5, seconds: 10 } })
    await served.receiver.until('call.answered')
    await phone.press('42#')
    expect(await served.receiver.until('call.completed')).toMatchObject({ hangup_by: 'us' })
    expect(served.receiver.events.flatMap(({ digit }) => digit ?? [])).toEqual(['4', '2', '#'])
  })

  it.each(['UDP', 'TCP'] as const)('from it over %s is answered, and hung up there', async (protocol) => {
    served.receiver.answer = {
      answer: true,
      stay: true,
      record: false,
      max_seconds: 30,
      digits: { max: 2, seconds: 9 },
    }
    phone = await startBaresip({ answers: 'manual', protocol })
    await phone.dial(`sip:200@127.0.0.1:${served.bridge.sipPort};transport=${protocol.toLowerCase()}`)
    await served.receiver.until('call.answered')
    await phone.press('5*')
    await served.receiver.until('call.dtmf')
    await phone.hangUp()
    expect(await served.receiver.until('call.completed')).toMatchObject({ hangup_by: 'caller' })
    expect(served.receiver.events.flatMap(({ digit }) => digit ?? [])).toEqual(['5*'])
  })

  it('to it that is declined there fails', async () => {
    phone = await startBaresip({ answers: 'manual' })
    await served.place(phone.port)
    await served.receiver.until('call.ringing')
    await phone.hangUp()
    expect(['call.busy', 'call.failed']).toContain((await served.receiver.ended()).event)
  })
})
