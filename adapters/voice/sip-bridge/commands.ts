import { createHash } from 'node:crypto'
import type { Clock } from '../../../src/platform/clock.ts'
import { AppError } from '../../../src/platform/errors.ts'
import { parseInput } from '../../../src/platform/faults.ts'
import { Lru } from '../../../src/platform/lru.ts'
import { signatureFault } from '../../kit/signed-body.ts'
import { type GenericCommand, genericCommandSchema } from '../generic/contract.ts'
import type { CallOrder } from './call-target.ts'
import type { LiveCall } from './line.ts'
import { refuseUnable } from './treatment.ts'
import type { Sound } from './wav.ts'

export interface CommandOptions {
  secret: string
  clock: Clock
  /** Gets the file to play. */
  fetchSound(play: Extract<GenericCommand, { command: 'play' }>['play']): Promise<Sound>
  /** Begins a call under that id, or does nothing when there is or was one. */
  place(id: string, order: CallOrder, eventsUrl: string | undefined): Promise<void>
  find(callId: string): LiveCall | undefined
}

/** For so many commands it is known what was answered. */
const knownCommands = 2_000

/** Gives the function that checks a signed command and carries it out; one that comes again is not carried out again. */
export function createCommands(options: CommandOptions): (body: Buffer, signature?: string) => Promise<unknown> {
  const { secret, clock, place, fetchSound, find } = options
  const answers = new Lru<Promise<unknown>>(knownCommands)

  async function carryOut(command: GenericCommand): Promise<unknown> {
    switch (command.command) {
      case 'ping':
        return { pong: true, can: { say: false, play: true, digits: true, speech: false, record: false } }
      case 'place': {
        refuseUnable(command.call)
        const id = callIdOf(command.call.key)
        await place(id, command.call, command.events_url)
        return { call: { id } }
      }
      case 'say':
        throw new AppError('unsupported', 'The SIP bridge cannot speak; expected a file to play.')
      case 'play': {
        const sound = await fetchSound(command.play)
        live(command.call_id).play(sound)
        return {}
      }
      case 'hang_up':
        find(command.call_id)?.hangUp('us')
        return {}
    }
  }

  function live(callId: string): LiveCall {
    const call = find(callId)
    if (!call) throw new AppError('not_found', `There is no call "${callId}", or it is over.`)
    return call
  }

  return async (body, signature) => {
    const fault = signatureFault({ header: signature, body }, secret, clock.now())
    if (fault) throw new AppError('unauthenticated', `The signature (X-Signature) cannot be trusted: ${fault}.`)
    const command = parseInput(genericCommandSchema, readJson(body), 'command')
    // What failed may be tried again under the same id.
    const known = answers.has(command.id)
    const answer = answers.get(command.id, () => carryOut(command))
    return known ? answer.catch(() => carryOut(command)) : answer
  }
}

/** A call placed twice has the same name, also after a restart. */
function callIdOf(key: string): string {
  return `sip_${createHash('sha256').update(key).digest('base64url').slice(0, 27)}`
}

function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch (error) {
    throw new AppError('invalid', 'The command is no JSON.', { cause: error })
  }
}
