import type { LookupAddress, LookupOptions } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { buildConnector } from 'undici'
import { AppError } from '../errors.ts'
import { type AddressGuard, describeAddress } from './address-guard.ts'

/**
 * Connects only where the guard allows it. Three looks, because none is enough alone: an address written in the URL never
 * reaches `lookup`; of a name's addresses only the allowed ones are tried; and what was connected to in the end is looked at again.
 */
export function guardedConnector(guard: AddressGuard, lookup: LookupFunction): buildConnector.connector {
  const connectors = new Map<number, buildConnector.connector>()
  const connectorFor = (port: number): buildConnector.connector => {
    let connector = connectors.get(port)
    if (!connector) {
      connector = buildConnector({ timeout: 10_000, lookup: guardedLookup(guard, port, lookup) })
      connectors.set(port, connector)
    }
    return connector
  }
  return (options, callback) => {
    const { hostname } = options
    const port = Number(options.port) || (options.protocol === 'https:' ? 443 : 80)
    if (isIP(hostname) && !guard.allows(hostname, port, hostname)) {
      callback(refusedAddress(hostname, [hostname]), null)
      return
    }
    connectorFor(port)(options, (error, socket) => {
      const address = socket?.remoteAddress ?? ''
      if (socket && !guard.allows(hostname, port, address)) {
        socket.destroy()
        callback(refusedAddress(hostname, [address]), null)
      } else if (socket) {
        callback(null, socket)
      } else {
        callback(error ?? new Error('no connection'), null)
      }
    })
  }
}

/** The allowed addresses of a host. Throws `refused_address` when it has others only, and `unavailable` when it has none. */
export function guardedAddresses(
  guard: AddressGuard,
  lookup: LookupFunction,
  host: string,
  port: number,
): Promise<string[]> {
  if (isIP(host)) {
    return guard.allows(host, port, host) ? Promise.resolve([host]) : Promise.reject(refusedAddress(host, [host]))
  }
  return new Promise((resolve, reject) => {
    guardedLookup(guard, port, lookup)(host, { all: true }, (error, found) => {
      if (error instanceof AppError) reject(error)
      else if (error)
        reject(new AppError('unavailable', `The name "${host}" leads nowhere: ${error.message}.`, { cause: error }))
      else resolve((found as LookupAddress[]).map(({ address }) => address))
    })
  })
}

function guardedLookup(guard: AddressGuard, port: number, lookup: LookupFunction): LookupFunction {
  return (hostname, options: LookupOptions, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, [])
      const addresses = found as LookupAddress[]
      const allowed = addresses.filter(({ address }) => guard.allows(hostname, port, address))
      const first = allowed[0]
      if (!first) {
        const refused = addresses.map(({ address }) => address)
        return callback(refusedAddress(hostname, refused), [])
      }
      if (options.all) return callback(null, allowed)
      callback(null, first.address, first.family)
    })
  }
}

function refusedAddress(host: string, addresses: string[]): AppError {
  const address = addresses[0] ?? 'no address'
  const what = `${describeAddress(address)}, not a public address`
  const where = isIP(host) ? `"${host}" is ${what}` : `"${host}" leads to ${address}, which is ${what}`
  return new AppError(
    'refused_address',
    `The request was refused: ${where}. To allow it, add "${host}" to the setting ALLOWED_PRIVATE_HOSTS.`,
  )
}
