import { afterEach, describe, expect, it } from 'vitest'
import { hasSipp, playSipp, type Sipp } from '../../../../doubles/sip/sipp.ts'
import { type Served, serveBridge } from './bridge.ts'

if (!hasSipp)
  process.stdout.write('No registration is tried: sipp is not installed (Debian: apt install sip-tester).\n')

describe.skipIf(!hasSipp)('registering, with sipp as the server', () => {
  let served: Served
  let server: Sipp

  afterEach(async () => {
    await served.stop()
    await server.stop()
  })

  it.each(['UDP', 'TCP'] as const)('over %s proves who it is, is renewed in time, and ends', async (protocol) => {
    server = await playSipp('registers', { protocol })
    served = await serveBridge([
      ...['--register', `127.0.0.1:${server.port}`, '--transport', protocol.toLowerCase()],
      ...['--user', 'alice', '--password', 'wonder land'],
    ])
    // The first registration is for a second only, the next one for a minute.
    const renewed = { registered: true, seconds: 60 }
    await expect.poll(() => served.bridge.registration(), { timeout: 5_000 }).toEqual(renewed)
    await served.stopBridge()
    await server.done
  })

  it('tells why it is not registered', async () => {
    server = await playSipp('refuses-registration')
    served = await serveBridge([...['--register', `127.0.0.1:${server.port}`, '--user', 'alice', '--password', 'x']])
    const why = { registered: false, why: '403 Forbidden' }
    await expect.poll(() => served.bridge.registration(), { timeout: 5_000 }).toEqual(why)
    const health = (await (await fetch(`${served.bridge.address}/healthz`)).json()) as object
    expect(health).toMatchObject({ registration: why })
  })
})
