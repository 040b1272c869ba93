import { afterEach, expect, it, vi } from 'vitest'
import { type BridgeState, keepBridge } from '../../../../adapters/voice/sip/start-bridge.ts'

const { execPath } = process
afterEach(() => {
  process.execPath = execPath
})

it('says that a bridge which cannot be started failed, goes on trying, and can be stopped', async () => {
  const states: BridgeState[] = []
  process.execPath = '/nowhere/node'
  const stop = keepBridge({ settings: {}, onState: (state) => states.push(state) })
  await vi.waitFor(() => expect(states).toHaveLength(2), { timeout: 5000 })
  expect(states[0]).toMatchObject({ state: 'failed', error: expect.stringContaining('ENOENT') })
  await stop()
})
