import { lookup, resolveSrv } from 'node:dns/promises'
import { isIPv4 } from 'node:net'
import ipaddr from 'ipaddr.js'
import { AppError, messageOf } from '../../../src/platform/errors.ts'
import { type AllowedHost, parseAllowedHost } from '../../../src/platform/safe-http/address-guard.ts'
import type { SipPeer, SipProtocol } from './sip-transport.ts'

/** The SIP servers that we have to do with: nobody else is called, and nobody else is answered. */
export interface ServerList {
  /** Whether messages from and to that address are wanted. */
  admits(address: string): boolean
  /**
   * Finds the address of a server, `host` or `host:port`: without a port by SRV records, else at 5060.
   * Throws `forbidden` for one that is not on the list, `unavailable` for one that cannot be found.
   */
  find(server: string, protocol: SipProtocol): Promise<SipPeer>
  /** Looks the names of the list up again. */
  refresh(): Promise<void>
}

export interface Resolver {
  lookup(name: string): Promise<string[]>
  srv(name: string): Promise<{ name: string; port: number; priority: number }[]>
}

const mostAddresses = 10_000

/** Makes the list from entries such as `sip.example.com`, `10.0.0.5:5080`, `10.1.0.0/24`. Throws `invalid` for a bad one. */
export function createServerList(entries: readonly string[], resolver: Resolver = systemResolver): ServerList {
  const list = entries.map(parseAllowedHost)
  const found = new Set<string>()

  const remember = (addresses: readonly string[]) => {
    if (found.size + addresses.length > mostAddresses) found.clear()
    for (const address of addresses) found.add(address)
  }

  async function lookUp(name: string): Promise<string[]> {
    const addresses = isIPv4(name) ? [name] : (await resolver.lookup(name)).filter(isIPv4)
    if (addresses.length === 0) throw new Error('it has no IPv4 address')
    remember(addresses)
    return addresses
  }

  async function locate(host: string, protocol: SipProtocol): Promise<SipPeer> {
    const records = isIPv4(host) ? [] : await resolver.srv(`_sip._${protocol.toLowerCase()}.${host}`).catch(() => [])
    const [best] = records.toSorted((one, other) => one.priority - other.priority)
    const [address] = await lookUp(best?.name ?? host)
    return { protocol, address: address!, port: best?.port ?? 5060 }
  }

  return {
    admits: (address) => found.has(address) || list.some((entry) => holdsAddress(entry, address)),
    async find(server, protocol) {
      const { host, port } = readServer(server)
      if (!list.some((entry) => opens(entry, host, port))) {
        throw new AppError(
          'forbidden',
          `The SIP server "${server}" is not on the list of servers that may be called; add it to --servers of the SIP bridge.`,
        )
      }
      try {
        if (port === undefined) return await locate(host, protocol)
        const [address] = await lookUp(host)
        return { protocol, address: address!, port }
      } catch (error) {
        throw new AppError('unavailable', `The SIP server "${server}" cannot be found: ${messageOf(error)}.`, {
          cause: error,
        })
      }
    },
    async refresh() {
      const names = list.flatMap((entry) => (entry.kind === 'name' ? [entry] : []))
      await Promise.allSettled(
        names.map(({ name, port }) =>
          port === undefined ? locate(name, 'UDP').then(() => lookUp(name)) : lookUp(name),
        ),
      )
    },
  }
}

const systemResolver: Resolver = {
  lookup: async (name) => (await lookup(name, { family: 4, all: true })).map(({ address }) => address),
  srv: resolveSrv,
}

/** Reads `host` or `host:port`. Throws `invalid` for anything else. */
export function readServer(server: string): { host: string; port: number | undefined } {
  const [, host = '', port] = /^([A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)(?::(\d{1,5}))?$/.exec(server) ?? []
  if (host === '' || (port !== undefined && (Number(port) < 1 || Number(port) > 65_535))) {
    throw new AppError(
      'invalid',
      `The SIP server ${JSON.stringify(server.slice(0, 100))} cannot be used; expected host or host:port, with a name or an IPv4 address.`,
    )
  }
  return { host: host.toLowerCase(), port: port === undefined ? undefined : Number(port) }
}

function opens(entry: AllowedHost, host: string, port: number | undefined): boolean {
  if (entry.port !== undefined && entry.port !== (port ?? 5060)) return false
  return entry.kind === 'name' ? entry.name === host : isIPv4(host) && holdsAddress(entry, host)
}

function holdsAddress(entry: AllowedHost, address: string): boolean {
  if (entry.kind !== 'range' || !isIPv4(address)) return false
  const ip = ipaddr.process(address)
  return entry.range[0].kind() === ip.kind() && ip.match(entry.range)
}
