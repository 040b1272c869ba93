import { createHmac } from 'node:crypto'
import { expect, vi } from 'vitest'
import type { FlowInput } from '../../../../src/flows/flow.ts'
import { type PhoneSystem, startPhoneSystem } from '../../../doubles/voice/phone-system.ts'
import { flow, openStage, type Stage, says } from './stage.ts'

const secret = 'a-long-shared-secret'

/** The sides of a call to us. */
export const inbound = { direction: 'inbound', from: '+4915112345678', to: '+4930111111' }

/** The stage with a phone line, and its phone system. */
export interface PhoneStage extends Stage {
  phones: PhoneSystem
  /** An event of the phone system, told to the line's hook; gives its answer. */
  tell(event: string, call: string, more?: Record<string, unknown>, sides?: Record<string, unknown>): Promise<string>
  /** Looks once what became of the calls. */
  look(): Promise<void>
  /** Resolves when so many calls were placed. */
  rung(count?: number): Promise<void>
  /** What is noted of the calls, the oldest first. */
  noted(): Promise<unknown[]>
}

export async function openPhoneStage(flows: FlowInput[], settings: Record<string, unknown> = {}): Promise<PhoneStage> {
  const phones = await startPhoneSystem(secret)
  const line = { driver: 'generic', url: phones.url, secret, country: 'DE', ...settings }
  const stage = await openStage({ flows, channels: [{ kind: 'voice', name: 'line', settings: line }] })
  let sequence = 0
  return {
    ...stage,
    phones,
    async tell(event, call, more = {}, sides = {}) {
      const [row] = await stage.db.query<{ hook_id: string }>(`select hook_id from channels where kind = 'voice'`)
      const now = stage.clock.now()
      sequence += 1
      const body = JSON.stringify({
        id: `e${sequence}`,
        seq: sequence,
        event: `call.${event}`,
        at: now.toISOString(),
        call: { id: call, direction: 'outbound', from: '+4930111111', to: '+4915112345678', ...sides },
        ...more,
      })
      const moment = Math.floor(now.getTime() / 1000)
      const signature = createHmac('sha256', secret).update(`${moment}.${body}`).digest('hex')
      const response = await fetch(`${stage.parley.address}/hooks/${row!.hook_id}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-signature': `t=${moment},v1=${signature}` },
        body,
      })
      expect(response.status).toBe(200)
      return response.text()
    },
    async look() {
      await stage.parley.sweep()
      await stage.rest()
    },
    rung: (count = 1) => vi.waitFor(() => expect(phones.placed.size).toBe(count)),
    noted: () => stage.db.query('select status, doubtful, result, seconds from placed_calls order by id'),
    async close() {
      await stage.close()
      await phones.close()
    },
  }
}

const outcomes = ['answered', 'digits', 'busy', 'no_answer', 'failed']

/** A flow that calls, and tells in the chat how it went. */
export function calls(options: Record<string, unknown> = {}): FlowInput {
  const voice = { type: 'voice-call', options: { channel: 'line', phone: '+4915112345678', ...options } }
  const used = outcomes.filter((outcome) => outcome !== 'digits' || options.digits)
  const told = Object.fromEntries(
    used.map((outcome) => [
      outcome,
      says(`${outcome} {{ run.call.digits }}{{ run.call.seconds }}{{ run.call.reason }}`),
    ]),
  )
  const arrows = used.map((outcome) => `call:${outcome} > ${outcome}`)
  return flow('Call', [{ type: 'any_message', to: 'call' }], { call: voice, ...told }, arrows)
}
