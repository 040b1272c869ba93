import { describe, expect, test } from 'vitest'
import { readConfig, settings } from '../../../src/platform/config.ts'
import { AppError } from '../../../src/platform/errors.ts'

const refusal = (env: Record<string, string>): AppError => {
  try {
    readConfig(env)
  } catch (error) {
    if (error instanceof AppError) return error
  }
  throw new Error('the settings were accepted')
}

test('without any variable the defaults hold', () => {
  expect(readConfig({ HOME: '/root' })).toEqual({
    port: 8080,
    host: '0.0.0.0',
    databaseUrl: undefined,
    dataDir: './data',
    publicUrl: undefined,
    apiKey: undefined,
    secret: undefined,
    allowedPrivateHosts: [],
    logLevel: 'info',
    role: 'all',
    sendsInFlight: 32,
    webhooksInFlight: 64,
    historyDays: 90,
    shutdownTimeout: 20,
  })
})

test('an empty variable counts as not set', () => {
  expect(readConfig({ PORT: '', DATABASE_URL: ' ', ALLOWED_PRIVATE_HOSTS: '' })).toEqual(readConfig({}))
})

test('the example of every setting is a good value', () => {
  const env = Object.fromEntries(Object.values(settings).map(({ name, example }) => [name, example]))
  const config = readConfig(env)
  expect(config).toMatchObject({
    port: 3000,
    role: 'worker',
    allowedPrivateHosts: ['crm.internal', '10.1.0.0/16', 'localhost:8080'],
  })
  expect(Object.values(config)).not.toContain(undefined)
})

test('a slash at the end of the public address is dropped', () => {
  expect(readConfig({ PUBLIC_URL: 'https://chat.example.com/parley/' }).publicUrl).toBe(
    'https://chat.example.com/parley',
  )
})

describe('a wrong setting', () => {
  test.each([
    ['PORT', 'eighty', 'PORT: "eighty" is wrong; expected a whole number from 0 to 65535'],
    ['PORT', '65536', '"65536" is wrong'],
    ['PORT', '-1', '"-1" is wrong'],
    ['PORT', '80.5', '"80.5" is wrong'],
    ['HISTORY_DAYS', '7', 'HISTORY_DAYS: "7" is wrong; expected a whole number from 30 to 36500'],
    ['HOST', 'http://x', 'expected an IP address or a host name'],
    ['PUBLIC_URL', 'chat.example.com', 'expected an http or https address'],
    ['PUBLIC_URL', 'ftp://chat.example.com', 'expected an http or https address'],
    ['PUBLIC_URL', 'https://chat.example.com/?a=1', 'expected an http or https address'],
    ['ALLOWED_PRIVATE_HOSTS', 'ok.example,10.0.0.0/99', '"ok.example,10.0.0.0/99" is wrong; expected hosts'],
    ['LOG_LEVEL', 'loud', 'expected one of trace, debug'],
    ['PARLEY_ROLE', 'boss', 'PARLEY_ROLE: "boss" is wrong; expected one of all, gateway, worker'],
    ['SENDS_IN_FLIGHT', '0', 'expected a whole number from 1 to 1000'],
    ['SHUTDOWN_TIMEOUT', '20s', 'expected a whole number from 1 to 3600'],
  ])('%s=%s is named with its fault and the expected form', (name, value, message) => {
    const error = refusal({ [name]: value })
    expect(error.code).toBe('invalid')
    expect(error.message).toContain(message)
    expect(error.faults).toEqual([{ path: name, message: expect.any(String) }])
  })

  test.each([
    ['DATABASE_URL', 'mysql://root:hunter22@db/x'],
    ['PARLEY_API_KEY', 'hunter22'],
    ['PARLEY_SECRET', 'hunter22'],
  ])('%s is named without its value', (name, value) => {
    const { message } = refusal({ [name]: value })
    expect(message).toContain(`${name}: its value (${value.length} characters, not shown) is wrong; expected `)
    expect(message).not.toContain('hunter22')
  })

  test('does not hide another one', () => {
    const error = refusal({ PORT: 'x', LOG_LEVEL: 'y', PARLEY_SECRETS: 'z' })
    expect(error.faults.map(({ path }) => path)).toEqual(['PARLEY_SECRETS', 'PORT', 'LOG_LEVEL'])
    expect(error.message.split('\n')).toHaveLength(4)
  })
})

test('a variable that begins with PARLEY_ and is no setting is named as a probable typo', () => {
  expect(refusal({ PARLEY_ROEL: 'all' }).message).toContain(
    'PARLEY_ROEL: there is no such setting; did you mean PARLEY_ROLE?',
  )
  expect(refusal({ PARLEY_WHATEVER_ELSE: '1' }).message).toContain(
    'expected one of PARLEY_API_KEY, PARLEY_SECRET, PARLEY_ROLE',
  )
})
