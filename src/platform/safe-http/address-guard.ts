import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { AppError } from '../errors.ts'

/** Decides which addresses the program may connect to. */
export interface AddressGuard {
  /** Whether `address`, to which `host` leads, may be connected to; `host` is what the URL names. */
  allows(host: string, port: number, address: string): boolean
}

/** One entry of the allow-list: a name, or a range of addresses, with all ports or one. */
export type AllowedHost =
  | { kind: 'name'; name: string; port: number | undefined }
  | { kind: 'range'; range: [ipaddr.IPv4 | ipaddr.IPv6, number]; port: number | undefined }

/**
 * Allows public addresses only, and beyond them what the allow-list opens.
 * Public is what ipaddr.js calls unicast, without IPv4-compatible addresses (RFC 4291, 2.5.5.1) and without Azure's
 * machine agent (https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16).
 */
export function createAddressGuard(allowed: readonly string[]): AddressGuard {
  const entries = allowed.map(parseAllowedHost)
  return {
    allows(host, port, address) {
      const ip = readAddress(address)
      if (!ip) return false
      return isPublic(ip) || entries.some((entry) => opens(entry, normalName(host), port, ip))
    },
  }
}

/** What is wrong with an address, in words; `public` when nothing is. */
export function describeAddress(address: string): string {
  const ip = readAddress(address)
  if (!ip) return 'unreadable'
  if (isPublic(ip)) return 'public'
  const range = ip.range()
  return range === 'unicast' ? 'reserved' : range.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** Reads an entry of the allow-list: `host`, `host:port`, `10.0.0.0/8`, `[::1]:8080`. */
export function parseAllowedHost(entry: string): AllowedHost {
  if (entry.includes('/')) {
    if (!ipaddr.isValidCIDR(entry)) throw badEntry(entry, 'is not a range of addresses')
    return { kind: 'range', range: ipaddr.parseCIDR(entry), port: undefined }
  }
  if (isIP(entry)) return addressEntry(entry, undefined)
  const [, host, portText] = /^(\[[^\]]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(entry) ?? []
  const port = portText === undefined ? undefined : Number(portText)
  if (host === undefined || (port !== undefined && (port < 1 || port > 65_535))) throw badEntry(entry, 'is not a host')
  const bare = host.replace(/^\[|\]$/g, '')
  if (isIP(bare)) return addressEntry(bare, port)
  if (!/^[\p{L}\p{N}_.-]+$/u.test(bare) || /^[\d.]+$/.test(bare)) throw badEntry(entry, 'is not a host name')
  return { kind: 'name', name: normalName(bare), port }
}

function addressEntry(address: string, port: number | undefined): AllowedHost {
  const ip = ipaddr.process(address)
  return { kind: 'range', range: [ip, ip.kind() === 'ipv4' ? 32 : 128], port }
}

function badEntry(entry: string, fault: string): AppError {
  return new AppError('invalid', `"${entry}" ${fault}; expected a host, host:port or a range such as 10.0.0.0/8`)
}

function opens(entry: AllowedHost, host: string, port: number, ip: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (entry.port !== undefined && entry.port !== port) return false
  if (entry.kind === 'name') return entry.name === host
  return entry.range[0].kind() === ip.kind() && ip.match(entry.range)
}

const ipv4Compatible = ipaddr.IPv6.parseCIDR('::/96')

function isPublic(ip: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (ip.range() !== 'unicast') return false
  return ip.kind() === 'ipv4' ? ip.toString() !== '168.63.129.16' : !(ip as ipaddr.IPv6).match(ipv4Compatible)
}

function readAddress(address: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  return isIP(address) && ipaddr.isValid(address) ? ipaddr.process(address) : undefined
}

function normalName(host: string): string {
  const name = host.toLowerCase().replace(/\.$/, '')
  return /[^\x20-\x7e]/.test(name) ? new URL(`http://${name}`).hostname : name
}
