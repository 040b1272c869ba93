import { isIP } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { AppError } from '../../../src/platform/errors.ts'
import type { SafeHttp } from '../../../src/platform/safe-http/safe-http.ts'
import type { EmailSettings } from '../settings.ts'

/** A server as the settings have it, with what they leave out. */
export interface MailServer {
  protocol: 'IMAP' | 'SMTP'
  host: string
  port: number
  security: 'tls' | 'starttls' | 'none'
  user: string
  tls: ConnectionOptions
}

const ports = { IMAP: { tls: 993, starttls: 143, none: 143 }, SMTP: { tls: 465, starttls: 587, none: 25 } }

export function mailServer(settings: EmailSettings, protocol: 'IMAP' | 'SMTP'): MailServer {
  const { host, port, security, user, ca } = protocol === 'IMAP' ? settings.imap : settings.smtp
  return {
    protocol,
    host,
    port: port ?? ports[protocol][security],
    security,
    user: user ?? settings.address,
    tls: { ...(ca !== undefined && { ca }), ...(isIP(host) === 0 && { servername: host }), minVersion: 'TLSv1.2' },
  }
}

/** Tries the server's allowed addresses one after another, as long as only the way there fails. Throws what the last one threw. */
export async function atAddress<T>(
  http: SafeHttp,
  { host, port }: MailServer,
  attempt: (address: string) => Promise<T>,
): Promise<T> {
  const addresses = await http.addresses(host, port)
  for (const [index, address] of addresses.entries()) {
    try {
      return await attempt(address)
    } catch (error) {
      if (index === addresses.length - 1 || !isNoWay(error)) throw error
    }
  }
  throw new AppError('unavailable', `The name "${host}" leads nowhere.`)
}

function isNoWay(error: unknown): boolean {
  const { code } = error as { code?: string }
  return ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'CONNECT_TIMEOUT'].includes(code ?? '')
}
