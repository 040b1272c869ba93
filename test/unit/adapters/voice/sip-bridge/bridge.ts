import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signBody } from '../../../../../adapters/kit/signed-body.ts'
import type { GenericCommand } from '../../../../../adapters/voice/generic/contract.ts'
import { readSettings } from '../../../../../adapters/voice/sip-bridge/settings.ts'
import {
  type BridgeTimers,
  type SipBridge,
  startSipBridge,
} from '../../../../../adapters/voice/sip-bridge/sip-bridge.ts'
import { systemClock } from '../../../../../src/platform/clock.ts'
import { createLog } from '../../../../../src/platform/log.ts'
import { type EventReceiver, receiveEvents } from '../../../../doubles/sip/event-receiver.ts'

export const secret = 'a_secret_of_the_voice_channel'

type Placed = Extract<GenericCommand, { command: 'place' }>['call']
type OneCommand<Command = GenericCommand> = Command extends unknown
  ? Omit<Command, 'id' | 'at'> & { id?: string }
  : never

/** A bridge on loopback, and the receiver of its events. */
export interface Served {
  bridge: SipBridge
  receiver: EventReceiver
  directory: string
  /** Posts a signed command. */
  command(command: OneCommand): Promise<{ status: number; body: Record<string, unknown> }>
  /** Orders a call of the number 100 to the SIP server at that port of loopback; gives its id. */
  place(port: number, call?: Partial<Placed>): Promise<string>
  /** The kinds of the events that came, in order. */
  told(): string[]
  /** Stops the bridge alone. */
  stopBridge(): Promise<void>
  /** Stops the bridge and starts it again over what it kept. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** Starts a bridge with any free ports and little patience. */
export async function serveBridge(args: string[] = [], timers: Partial<BridgeTimers> = {}): Promise<Served> {
  const receiver = await receiveEvents(secret)
  const directory = await mkdtemp(join(tmpdir(), 'parley-sip-'))
  const settings = readSettings(
    [
      ...['--events-url', receiver.url, '--secret', secret, '--servers', '127.0.0.1'],
      ...['--listen', '127.0.0.1:0', '--sip', '127.0.0.1:0', '--rtp-ports', '0', '--data', directory, ...args],
    ],
    {},
  )
  const log = createLog(process.env.TEST_LOG ?? 'silent')
  const patience = { grace: 300, decision: 5_000, firstRetry: 20, mostRetry: 100, registrationRetry: 200, stop: 1_000 }
  const start = () => startSipBridge(settings, { clock: systemClock, log, timers: { ...patience, ...timers } })
  let isRunning = true
  const served: Served = {
    bridge: await start(),
    receiver,
    directory,
    async command(command) {
      const body = JSON.stringify({ id: randomUUID(), at: new Date().toISOString(), ...command })
      const response = await fetch(served.bridge.address, {
        method: 'POST',
        headers: { 'x-signature': signBody(body, secret, new Date()) },
        body,
      })
      return { status: response.status, body: (await response.json()) as Record<string, unknown> }
    },
    async place(port, call = {}) {
      const usual = {
        key: randomUUID(),
        to: '100',
        ring_seconds: 20,
        max_seconds: 20,
        record: false,
        sip_parameters: {},
      }
      const placed = { ...usual, sip_server: `127.0.0.1:${port}`, ...call }
      const { status, body } = await served.command({ command: 'place', call: placed })
      if (status !== 200) throw new Error(`The bridge answered ${status}: ${JSON.stringify(body)}`)
      return (body.call as { id: string }).id
    },
    told: () => receiver.events.map(({ event }) => event),
    async stopBridge() {
      if (isRunning) await served.bridge.stop()
      isRunning = false
    },
    async restart() {
      await served.stopBridge()
      served.bridge = await start()
      isRunning = true
    },
    async stop() {
      await served.stopBridge()
      await receiver.stop()
      await rm(directory, { recursive: true, force: true })
      if (receiver.faults.length > 0) throw new Error(`Events were not as agreed: ${receiver.faults.join('; ')}`)
    },
  }
  return served
}
