import { createHmac } from 'node:crypto'
import { type GenericCommand, genericCommandSchema } from '../../../adapters/voice/generic/contract.ts'
import { Broken, startVendorServer, type VendorServer } from './vendor-server.ts'

/** A phone system that speaks the generic contract, and checks every command by it. */
export interface PhoneSystem extends VendorServer {
  commands: GenericCommand[]
  /** Calls by the key that they were placed with. */
  placed: Map<string, { id: string; command: Extract<GenericCommand, { command: 'place' }> }>
}

export async function startPhoneSystem(secret: string): Promise<PhoneSystem> {
  const commands: GenericCommand[] = []
  const placed: PhoneSystem['placed'] = new Map()
  const server = await startVendorServer({
    meets: ({ body }) => !body.includes('"ping"'),
    over: { status: 410, body: { error: 'the call has ended' } },
    refusal: (_, why) => ({ error: why }),
    answer({ method, headers, body }) {
      if (method !== 'POST') throw new Broken(405, 'expected POST')
      checkSignature(String(headers['x-signature']), body, secret)
      const parsed = genericCommandSchema.safeParse(JSON.parse(body))
      if (!parsed.success) throw new Broken(400, parsed.error.message)
      const command = parsed.data
      if (command.command !== 'place') {
        commands.push(command)
        return { status: 200, body: {} }
      }
      const before = placed.get(command.call.key)
      if (before) return { status: 200, body: { call: { id: before.id } } }
      commands.push(command)
      const id = `pbx-${placed.size + 1}`
      placed.set(command.call.key, { id, command })
      return { status: 201, body: { call: { id } } }
    },
  })
  return { ...server, commands, placed }
}

function checkSignature(header: string, body: string, secret: string): void {
  const [, moment, given] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header) ?? []
  if (!moment) throw new Broken(401, `the signature has another form: ${header}`)
  const right = createHmac('sha256', secret).update(`${moment}.${body}`).digest('hex')
  if (given !== right) throw new Broken(401, 'the signature is wrong')
}
