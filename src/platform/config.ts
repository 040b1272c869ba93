import { z } from 'zod'
import { closestWord } from './closest-word.ts'
import { AppError, type Fault } from './errors.ts'
import { maskSecrets } from './mask.ts'
import { parseAllowedHost } from './safe-http/address-guard.ts'
import { createVault } from './secrets.ts'

/** One setting, as the reference page shows it. */
export interface Setting<Schema extends z.ZodType = z.ZodType> {
  /** The environment variable. */
  name: string
  /** What holds when it is not set, as one would write it; undefined when nothing does. */
  default: string | undefined
  meaning: string
  example: string
  /** The form a value must have; it completes "expected …". */
  expected: string
  /** The value is masked wherever it could be shown. */
  secret?: boolean
  /** Reads the text of the variable. */
  schema: Schema
}

/** Every setting of the program, by its name in {@link Config}. */
export const settings = {
  port: setting({
    name: 'PORT',
    default: '8080',
    meaning: 'The port that the program listens on; 0 lets the system choose one.',
    example: '3000',
    expected: 'a whole number from 0 to 65535',
    schema: wholeNumber(0, 65_535),
  }),
  host: setting({
    name: 'HOST',
    default: '0.0.0.0',
    meaning: 'The address of the network interface that the program listens on; 127.0.0.1 keeps it to this machine.',
    example: '127.0.0.1',
    expected: 'an IP address or a host name',
    schema: z.string().regex(/^[\w.:-]+$/),
  }),
  databaseUrl: setting({
    name: 'DATABASE_URL',
    default: undefined,
    meaning: 'The PostgreSQL database. Without it the program keeps a database of its own in DATA_DIR.',
    example: 'postgres://parley:password@localhost:5432/parley',
    expected: 'an address that begins with postgres:// or postgresql:// and names a host',
    secret: true,
    schema: optional(z.url({ protocol: /^postgres(ql)?$/ })),
  }),
  dataDir: setting({
    name: 'DATA_DIR',
    default: './data',
    meaning: 'The directory for what the program keeps on disk: its own database and the keys that it made up.',
    example: '/var/lib/parley',
    expected: 'the path of a directory',
    schema: z.string().refine((path) => !path.includes('\0')),
  }),
  publicUrl: setting({
    name: 'PUBLIC_URL',
    default: undefined,
    meaning:
      'Where the program is reached from outside. Vendors send their hooks there; without it channels are polled.',
    example: 'https://chat.example.com',
    expected: 'an http or https address without query',
    schema: optional(z.url({ protocol: /^https?$/ }).regex(/^[^?#@]*$/)).transform((url) => url?.replace(/\/+$/, '')),
  }),
  apiKey: setting({
    name: 'PARLEY_API_KEY',
    default: undefined,
    meaning: 'The first API key. Without it one is made up at the first start and printed.',
    example: 'key_Zc2xk0J3vQ8nWf5TtY7uLm1B',
    expected: 'at least 16 characters without spaces',
    secret: true,
    schema: optional(z.string().regex(/^\S{16,}$/)),
  }),
  secret: setting({
    name: 'PARLEY_SECRET',
    default: undefined,
    meaning: 'The key under which secrets are stored. Without it one is made up and kept in DATA_DIR. Do not lose it.',
    example: 'kJ0vF6mX1Qe7Z0c5l2Yt8s9Wq3Rb4Nn6Ua1Hd7Gf2Pk=',
    expected: '32 bytes in base64 or at least 16 characters',
    secret: true,
    schema: optional(z.string().refine((secret) => isUsable(() => createVault(secret)))),
  }),
  allowedPrivateHosts: setting({
    name: 'ALLOWED_PRIVATE_HOSTS',
    default: '',
    meaning: 'Hosts of the private network that external requests and webhooks may reach, separated by commas.',
    example: 'crm.internal,10.1.0.0/16,localhost:8080',
    expected: 'hosts, host:port pairs or ranges such as 10.0.0.0/8, separated by commas',
    schema: z
      .string()
      .transform(splitList)
      .refine((hosts) => isUsable(() => hosts.forEach(parseAllowedHost))),
  }),
  logLevel: setting({
    name: 'LOG_LEVEL',
    default: 'info',
    meaning: 'How much the log tells.',
    example: 'debug',
    expected: 'one of trace, debug, info, warn, error, fatal, silent',
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
  }),
  role: setting({
    name: 'PARLEY_ROLE',
    default: 'all',
    meaning: 'What this process does: answer HTTP (gateway), work on what arrived (worker), or both (all).',
    example: 'worker',
    expected: 'one of all, gateway, worker',
    schema: z.enum(['all', 'gateway', 'worker']),
  }),
  sendsInFlight: setting({
    name: 'SENDS_IN_FLIGHT',
    default: '32',
    meaning: 'How many messages a process sends at the same time; it bounds how many a crash can double.',
    example: '64',
    expected: 'a whole number from 1 to 1000',
    schema: wholeNumber(1, 1_000),
  }),
  webhooksInFlight: setting({
    name: 'WEBHOOKS_IN_FLIGHT',
    default: '64',
    meaning:
      'How many requests to webhooks a process has under way at the same time, beside the messages; eight of them at most to one receiver, and one while it fails.',
    example: '128',
    expected: 'a whole number from 1 to 1000',
    schema: wholeNumber(1, 1_000),
  }),
  historyDays: setting({
    name: 'HISTORY_DAYS',
    default: '90',
    meaning:
      'For how many days it is kept how things went: events worked on, traces and ended runs, deliveries that are over, changes, calls of postbacks. Messages, contacts, deals and notes stay.',
    example: '365',
    expected: 'a whole number from 30 to 36500',
    // Vendors deliver again for up to seven days, and an event that is forgotten would be taken for a new one.
    schema: wholeNumber(30, 36_500),
  }),
  shutdownTimeout: setting({
    name: 'SHUTDOWN_TIMEOUT',
    default: '20',
    meaning: 'How many seconds a stopping process takes at most to finish what it has in hand.',
    example: '60',
    expected: 'a whole number from 1 to 3600',
    schema: wholeNumber(1, 3_600),
  }),
}

/** The settings as the program uses them; `shutdownTimeout` is in seconds. */
export type Config = { [Name in keyof typeof settings]: z.output<(typeof settings)[Name]['schema']> }

/** Read by the commands that talk to a running server; the server itself passes over them. */
export const clientVariables: readonly string[] = ['PARLEY_URL']

/**
 * Reads the settings from the environment; an empty variable counts as not set. Throws one `invalid` error that lists every
 * wrong setting, and every variable beginning with PARLEY_ that is no setting.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const faults: Fault[] = unknownSettings(env)
  const values: Record<string, unknown> = {}
  for (const [key, each] of Object.entries(settings as Record<string, Setting>)) {
    const text = env[each.name]?.trim() || each.default
    const result = each.schema.safeParse(text)
    if (result.success) values[key] = result.data
    else faults.push({ path: each.name, message: `${shown(each, text)} is wrong; expected ${each.expected}` })
  }
  if (faults.length > 0) {
    const lines = faults.map(({ path, message }) => `  ${path}: ${message}`)
    throw new AppError('invalid', `The program cannot start with these settings:\n${lines.join('\n')}`, { faults })
  }
  return values as Config
}

function unknownSettings(env: Readonly<Record<string, string | undefined>>): Fault[] {
  const names = Object.values(settings).map((each) => each.name)
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith('PARLEY_') && ![...names, ...clientVariables].includes(name),
  )
  return unknown.map((path) => {
    const closest = closestWord(path, names)
    const own = names.filter((name) => name.startsWith('PARLEY_'))
    return {
      path,
      message: closest
        ? `there is no such setting; did you mean ${closest}?`
        : `there is no such setting; expected one of ${own.join(', ')}`,
    }
  })
}

function shown(each: Setting, text: string | undefined): string {
  if (each.secret) return `its value (${text?.length ?? 0} characters, not shown)`
  return `"${maskSecrets(text)}"`
}

function setting<Schema extends z.ZodType>(each: Setting<Schema>): Setting<Schema> {
  return each
}

function optional<Schema extends z.ZodType<string>>(schema: Schema) {
  return schema.optional()
}

function wholeNumber(min: number, max: number) {
  return z.string().regex(/^\d+$/).transform(Number).pipe(z.int().min(min).max(max))
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
}

function isUsable(use: () => unknown): boolean {
  try {
    use()
    return true
  } catch {
    return false
  }
}
