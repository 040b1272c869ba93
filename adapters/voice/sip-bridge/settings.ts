import { isIPv4 } from 'node:net'
import { parseArgs } from 'node:util'
import { AppError, type Fault, messageOf } from '../../../src/platform/errors.ts'
import { parseAllowedHost } from '../../../src/platform/safe-http/address-guard.ts'
import { readFrom } from './parameters.ts'
import { readServer } from './server-list.ts'

/** One setting of the bridge: `--name` on the command line or its variable in the environment. */
interface Setting {
  variable: string
  default?: string
  meaning: string
  /** It completes "expected …". */
  expected: string
  fits(text: string): boolean
}

/** All settings, in the order of `--help`. */
export const settings = {
  'events-url': {
    variable: 'SIP_BRIDGE_EVENTS_URL',
    meaning: "Where events are sent: the address of the voice channel's hook.",
    expected: 'an http or https address',
    fits: (text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''),
  },
  secret: {
    variable: 'SIP_BRIDGE_SECRET',
    meaning:
      "The channel's secret, with which events and commands are signed. Better in the environment, where nobody sees it.",
    expected: 'at least 16 characters without spaces',
    fits: (text) => /^\S{16,}$/.test(text),
  },
  servers: {
    variable: 'SIP_BRIDGE_SERVERS',
    meaning: 'The SIP servers that may be called and may call, separated by commas. Nobody else is called or answered.',
    expected: 'hosts, host:port pairs or ranges such as 10.0.0.0/8, separated by commas',
    fits: (text) => list(text).length > 0 && list(text).every((entry) => succeeds(() => parseAllowedHost(entry))),
  },
  listen: {
    variable: 'SIP_BRIDGE_LISTEN',
    default: '127.0.0.1:8790',
    meaning: 'Where commands are listened for over HTTP.',
    expected: 'address:port',
    fits: isAddressAndPort,
  },
  sip: {
    variable: 'SIP_BRIDGE_SIP',
    default: '0.0.0.0:5060',
    meaning: 'Where SIP is listened for, over UDP and TCP; port 0 lets the system choose.',
    expected: 'address:port with an IPv4 address',
    fits: (text) => isAddressAndPort(text) && isIPv4(text.split(':')[0]!),
  },
  advertise: {
    variable: 'SIP_BRIDGE_ADVERTISE',
    meaning: 'The address by which SIP servers reach the bridge, when it stands behind a NAT. Found out when absent.',
    expected: 'an IPv4 address',
    fits: isIPv4,
  },
  'rtp-ports': {
    variable: 'SIP_BRIDGE_RTP_PORTS',
    default: '20000-20199',
    meaning: 'The UDP ports for audio; a call takes an even one.',
    expected: 'first-last, from 1024 to 65535, or 0 to let the system choose',
    fits: (text) => text === '0' || isRange(text),
  },
  server: {
    variable: 'SIP_BRIDGE_SERVER',
    meaning: 'The server of calls that name none, by default the one of --register.',
    expected: 'host or host:port',
    fits: (text) => succeeds(() => readServer(text)),
  },
  from: {
    variable: 'SIP_BRIDGE_FROM',
    meaning: 'The caller of calls that name none.',
    expected: 'a number or user@host',
    fits: (text) => succeeds(() => readFrom(text)),
  },
  register: {
    variable: 'SIP_BRIDGE_REGISTER',
    meaning: 'A SIP server to register at, so that it sends calls to the bridge; it needs no place in --servers.',
    expected: 'host or host:port',
    fits: (text) => succeeds(() => readServer(text)),
  },
  transport: {
    variable: 'SIP_BRIDGE_TRANSPORT',
    default: 'udp',
    meaning: 'How to register.',
    expected: 'udp or tcp',
    fits: (text) => text === 'udp' || text === 'tcp',
  },
  user: {
    variable: 'SIP_BRIDGE_USER',
    meaning: 'The user at the SIP server, to register and for calls that name none.',
    expected: 'visible ASCII characters',
    fits: (text) => /^[\x21-\x7e]{1,128}$/.test(text),
  },
  password: {
    variable: 'SIP_BRIDGE_PASSWORD',
    meaning: 'The password of that user. Better in the environment, where nobody sees it.',
    expected: 'one line',
    fits: (text) => /^[^\r\n]+$/.test(text),
  },
  expires: {
    variable: 'SIP_BRIDGE_EXPIRES',
    default: '300',
    meaning: 'For how many seconds to register at a time.',
    expected: 'a whole number from 30 to 86400',
    fits: (text) => isNumber(text, 30, 86_400),
  },
  'max-calls': {
    variable: 'SIP_BRIDGE_MAX_CALLS',
    default: '50',
    meaning: 'How many calls may go on at the same time.',
    expected: 'a whole number from 1 to 2000',
    fits: (text) => isNumber(text, 1, 2_000),
  },
  data: {
    variable: 'SIP_BRIDGE_DATA',
    default: './data/sip-bridge',
    meaning: 'The folder for what is still to be told of calls.',
    expected: 'the path of a folder',
    fits: (text) => !text.includes('\0'),
  },
  'allow-private': {
    variable: 'SIP_BRIDGE_ALLOW_PRIVATE',
    default: '',
    meaning:
      'Private hosts, besides that of --events-url, from which files to play may be fetched, separated by commas.',
    expected: 'hosts, host:port pairs or ranges such as 10.0.0.0/8, separated by commas',
    fits: (text) => list(text).every((entry) => succeeds(() => parseAllowedHost(entry))),
  },
  'log-level': {
    variable: 'LOG_LEVEL',
    default: 'info',
    meaning: 'How much the log tells.',
    expected: 'one of trace, debug, info, warn, error, fatal, silent',
    fits: (text) => ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'].includes(text),
  },
} satisfies Record<string, Setting>

export type SettingName = keyof typeof settings
export type SettingTexts = Partial<Record<SettingName, string>>

/** An address and a port to listen at. */
export interface Place {
  host: string
  port: number
}

/** The settings as the bridge uses them. */
export interface BridgeSettings {
  eventsUrl: string
  secret: string
  servers: string[]
  listen: Place
  sip: Place
  advertise: string | undefined
  rtpPorts: [number, number] | undefined
  server: string | undefined
  from: string | undefined
  registration: { server: string; user: string; password: string; tcp: boolean; expires: number } | undefined
  credentials: { user: string; password: string } | undefined
  maxCalls: number
  data: string
  allowPrivate: string[]
  logLevel: string
}

/**
 * Reads the settings from the arguments of the command and, where those are silent, from the environment.
 * Throws one `invalid` error with everything that is wrong.
 */
export function readSettings(args: string[], env: Readonly<Record<string, string | undefined>>): BridgeSettings {
  const given = parse(args)
  const faults: Fault[] = []
  const texts: SettingTexts = {}
  for (const name of names) {
    const { variable, default: usual, expected, fits }: Setting = settings[name]
    const text = given[name] ?? (env[variable] || usual)
    if (text === undefined) continue
    if (fits(text)) texts[name] = text
    else faults.push({ path: `--${name}`, message: `--${name} (${variable}) cannot be used; expected ${expected}.` })
  }
  const missing = (name: SettingName, why = '') =>
    faults.push({ path: `--${name}`, message: `--${name} (${settings[name].variable}) is missing${why}.` })
  if (faults.length === 0) {
    if (!texts['events-url']) missing('events-url')
    if (!texts.secret) missing('secret')
    if (!texts.servers && !texts.register) missing('servers', ', and there is no --register')
    if ((texts.user === undefined) !== (texts.password === undefined)) missing(texts.user ? 'password' : 'user')
    if (texts.register && !texts.user) missing('user', ', which --register needs')
  }
  if (faults.length > 0) throw new AppError('invalid', faults.map(({ message }) => message).join('\n'), { faults })
  return settingsOf(texts as Record<SettingName, string>)
}

function settingsOf(texts: Record<SettingName, string>): BridgeSettings {
  const { user, password } = texts
  const credentials = user === undefined ? undefined : { user, password }
  const registrar = texts.register
  return {
    eventsUrl: texts['events-url'],
    secret: texts.secret,
    servers: [...list(texts.servers ?? ''), ...(registrar ? [registrar] : [])],
    listen: place(texts.listen),
    sip: place(texts.sip),
    advertise: texts.advertise,
    rtpPorts: texts['rtp-ports'] === '0' ? undefined : (texts['rtp-ports'].split('-').map(Number) as [number, number]),
    server: texts.server ?? registrar,
    from: texts.from,
    registration:
      registrar && credentials
        ? { ...credentials, server: registrar, tcp: texts.transport === 'tcp', expires: Number(texts.expires) }
        : undefined,
    credentials,
    maxCalls: Number(texts['max-calls']),
    data: texts.data,
    allowPrivate: list(texts['allow-private']),
    logLevel: texts['log-level'],
  }
}

const names = Object.keys(settings) as SettingName[]

function parse(args: string[]): SettingTexts {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]))
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: false }).values as SettingTexts
  } catch (error) {
    throw new AppError('invalid', `${messageOf(error)}\nparley sip-bridge --help tells what is expected.`, {
      cause: error,
    })
  }
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean)
}

function place(text: string): Place {
  const at = text.lastIndexOf(':')
  return { host: text.slice(0, at), port: Number(text.slice(at + 1)) }
}

function isAddressAndPort(text: string): boolean {
  const { host, port } = place(text)
  return /^[\w.-]+$/.test(host) && Number.isInteger(port) && port >= 0 && port <= 65_535
}

function isRange(text: string): boolean {
  const [, first = '', last = ''] = /^(\d{4,5})-(\d{4,5})$/.exec(text) ?? []
  return Number(first) >= 1024 && Number(last) <= 65_535 && Number(first) < Number(last)
}

function isNumber(text: string, least: number, most: number): boolean {
  return /^\d{1,6}$/.test(text) && Number(text) >= least && Number(text) <= most
}

function succeeds(read: () => unknown): boolean {
  try {
    read()
    return true
  } catch {
    return false
  }
}
