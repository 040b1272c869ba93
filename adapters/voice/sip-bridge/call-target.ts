import { AppError } from '../../../src/platform/errors.ts'
import type { GenericCommand } from '../generic/contract.ts'
import type { Credentials } from './digest.ts'
import { readFrom, readParameters } from './parameters.ts'
import { readServer, type ServerList } from './server-list.ts'
import type { SipPeer } from './sip-transport.ts'

/** Whom to call, and as whom. */
export interface CallTarget {
  peer: SipPeer
  /** The address that is called. */
  uri: string
  /** Our own address. */
  from: string
  credentials: Credentials | undefined
  ringSeconds: number
  maxSeconds: number
}

/** What holds where the order of a call says nothing. */
export interface LineDefaults {
  server: string | undefined
  from: string | undefined
  credentials: Credentials | undefined
}

export type CallOrder = Extract<GenericCommand, { command: 'place' }>['call']

/**
 * Finds whom an order means. Throws `invalid` for a number, a server or parameters that cannot be used, `forbidden` for a
 * server that is not on the list, `unavailable` for one that cannot be found.
 */
export async function findTarget(order: CallOrder, servers: ServerList, line: LineDefaults): Promise<CallTarget> {
  const parameters = readParameters(order.sip_parameters)
  const server = order.sip_server ?? line.server
  if (server === undefined) {
    throw new AppError('invalid', 'The call names no SIP server (sip_server), and the bridge has none of its own.')
  }
  if (!/^\+?[0-9*#]{1,32}$/.test(order.to)) {
    throw new AppError('invalid', 'The number (to) cannot be called; expected digits with *, # and a + in front.')
  }
  const { host, port } = readServer(server)
  const peer = await servers.find(server, parameters.protocol)
  const at = port === undefined ? host : `${host}:${port}`
  const transport = parameters.protocol === 'TCP' ? ';transport=tcp' : ''
  const credentials = parameters.credentials ?? line.credentials
  const named = parameters.from ?? (order.from ? readFrom(order.from) : undefined) ?? line.from ?? credentials?.user
  const from = named ?? 'parley'
  return {
    peer,
    uri: `sip:${order.to.replaceAll('#', '%23')}@${at}${transport}`,
    from: `sip:${from.includes('@') ? from : `${from}@${host}`}`,
    credentials,
    ringSeconds: parameters.ringSeconds ?? order.ring_seconds,
    maxSeconds: Math.min(parameters.maxSeconds ?? order.max_seconds, order.max_seconds),
  }
}
