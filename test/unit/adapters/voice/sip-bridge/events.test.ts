import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { KeptCall } from '../../../../../adapters/voice/sip-bridge/kept-calls.ts'
import { freePort } from '../../../../doubles/sip/free-port.ts'
import { type Served, serveBridge } from './bridge.ts'

let served: Served

beforeEach(async () => {
  served = await serveBridge()
})
afterEach(() => served.stop())

/** Orders a call that fails at once. */
async function failingCall(key?: string): Promise<string> {
  return served.place(await freePort(), { sip_parameters: { transport: 'tcp' }, ...(key && { key }) })
}

it('events are sent again until they are taken, in order', async () => {
  served.receiver.failures = [500, 503, 401, 404, 500]
  await failingCall()
  await served.receiver.until('call.failed')
  expect(served.told()).toEqual(['call.initiated', 'call.failed'])
  expect(served.receiver.failures).toEqual([])
})

it('what nobody took before a restart is told after it, where events go by then', async () => {
  served.receiver.failures = Array.from({ length: 1_000 }, () => 503)
  const id = await failingCall()
  await expect.poll(async () => (await keptCall()).ended, { timeout: 5_000 }).toBe(true)
  await served.stopBridge()
  expect(served.told()).toEqual([])
  served.receiver.failures = []
  await served.restart()
  expect(await served.receiver.until('call.failed')).toMatchObject({ call: { id }, seq: 1 })
  expect(served.told()).toEqual(['call.initiated', 'call.failed'])
})

it('a call that a crash cut off is told to have ended', async () => {
  const silent = createSocket('udp4').bind(0, '127.0.0.1')
  await once(silent, 'listening')
  const id = await served.place(silent.address().port)
  await served.receiver.until('call.initiated')
  const path = await keptFile()
  const { ended, pending } = JSON.parse(await readFile(path, 'utf8')) as KeptCall
  expect({ ended, pending }).toMatchObject({ ended: false })
  const asItWas = await readFile(path, 'utf8')
  await served.command({ command: 'hang_up', call_id: id })
  await served.stopBridge()
  silent.close()
  // As after kill -9: the bridge has had no time to note anything more.
  await writeFile(path, asItWas)
  served.receiver.events.length = 0
  await served.restart()
  const end = await served.receiver.until('call.failed')
  expect(end).toMatchObject({ call: { id }, hangup_by: 'system', reason: expect.stringMatching(/stopped/) })
})

it('a file that was cut is set aside, and the bridge starts all the same', async () => {
  await failingCall()
  await served.receiver.until('call.failed')
  await served.stopBridge()
  const path = await keptFile()
  await writeFile(path, '{"call":')
  await served.restart()
  expect(await readdir(join(served.directory, 'calls'))).toEqual([expect.stringMatching(/\.json\.broken$/)])
})

async function keptFile(): Promise<string> {
  const folder = join(served.directory, 'calls')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'))
  expect(names).toHaveLength(1)
  return join(folder, names[0]!)
}

async function keptCall(): Promise<KeptCall> {
  return JSON.parse(await readFile(await keptFile(), 'utf8')) as KeptCall
}
