import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createServerList, type Resolver } from '../../../../../adapters/voice/sip-bridge/server-list.ts'
import { readSettings } from '../../../../../adapters/voice/sip-bridge/settings.ts'

const least = [
  '--events-url',
  'https://chat.example.com/hooks/x',
  '--secret',
  '0123456789abcdef',
  '--servers',
  '192.0.2.1',
]
const root = join(import.meta.dirname, '../../../../..')

describe('the settings of the bridge', () => {
  it('come from the command line, and where that is silent from the environment', () => {
    const env = { SIP_BRIDGE_SECRET: 'fedcba9876543210', SIP_BRIDGE_MAX_CALLS: '7', SIP_BRIDGE_FROM: '' }
    const read = readSettings(least, env)
    expect(read).toMatchObject({ secret: '0123456789abcdef', maxCalls: 7, from: undefined, rtpPorts: [20_000, 20_199] })
    expect(read.sip).toEqual({ host: '0.0.0.0', port: 5060 })
  })

  it('put the server to register at on the list of servers', () => {
    const more = ['--register', 'sip.example.com:5080', '--user', 'u', '--password', 'p']
    expect(readSettings([...least.slice(0, 4), ...more], {})).toMatchObject({
      servers: ['sip.example.com:5080'],
      server: 'sip.example.com:5080',
      registration: { user: 'u', tcp: false, expires: 300 },
    })
  })

  it.each([
    [[], /--events-url \(SIP_BRIDGE_EVENTS_URL\) is missing/],
    [least.slice(0, 4), /--servers \(SIP_BRIDGE_SERVERS\) is missing/],
    [[...least, '--secret', 'short'], /--secret .* expected at least 16 characters/],
    [[...least, '--sip', 'localhost'], /--sip .* expected address:port/],
    [[...least, '--rtp-ports', '30000-20000'], /--rtp-ports .* expected first-last/],
    [[...least, '--user', 'u'], /--password .* is missing/],
    [[...least, '--register', 'sip.example.com'], /--user .* which --register needs/],
    [[...least, '--speed', '9'], /--speed/],
  ])('that cannot be used are named: %s', (args, fault) => {
    expect(() => readSettings(args, {})).toThrow(fault)
  })
})

describe('the list of servers', () => {
  const resolver: Resolver = {
    lookup: async (name) => ({ 'sip.example.com': ['192.0.2.10'], 'edge.example.net': ['192.0.2.20'] })[name] ?? [],
    srv: async (name) => {
      if (name !== '_sip._udp.sip.example.com') throw new Error('ENOTFOUND')
      return [
        { name: 'backup.example.net', port: 5060, priority: 20 },
        { name: 'edge.example.net', port: 5080, priority: 10 },
      ]
    },
  }
  const list = () => createServerList(['sip.example.com', '10.1.0.0/24', '192.0.2.30:5070'], resolver)

  it('finds a server by its records, by its name, and by its port', async () => {
    const servers = list()
    expect(await servers.find('sip.example.com', 'UDP')).toEqual({ protocol: 'UDP', address: '192.0.2.20', port: 5080 })
    expect(await servers.find('SIP.example.com', 'TCP')).toMatchObject({ address: '192.0.2.10', port: 5060 })
    expect(await servers.find('sip.example.com:5090', 'UDP')).toMatchObject({ address: '192.0.2.10', port: 5090 })
    expect(await servers.find('10.1.0.7', 'UDP')).toMatchObject({ address: '10.1.0.7', port: 5060 })
  })

  it.each(['10.2.0.1', 'example.com', 'edge.example.net', '192.0.2.30', '192.0.2.30:5060', '0x0a010007'])(
    'does not lead to %s',
    async (server) => {
      await expect(list().find(server, 'UDP')).rejects.toMatchObject({ code: 'forbidden' })
    },
  )

  it.each(['', 'a b', 'a\r\nb', '[::1]', 'user@10.1.0.7', '10.1.0.7;lr', '10.1.0.7:0'])(
    'takes no %j for a server',
    async (server) => {
      await expect(list().find(server, 'UDP')).rejects.toMatchObject({ code: 'invalid' })
    },
  )

  it('admits those on it, and where their names lead', async () => {
    const servers = list()
    const admitted = () => ['10.1.0.9', '192.0.2.20', '192.0.2.10', '192.0.2.30', '10.2.0.1'].filter(servers.admits)
    expect(admitted()).toEqual(['10.1.0.9', '192.0.2.30'])
    await servers.refresh()
    expect(admitted()).toEqual(['10.1.0.9', '192.0.2.20', '192.0.2.10', '192.0.2.30'])
  })
})

it('the command starts the bridge, and a signal ends it', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'parley-sip-'))
  const places = ['--sip', '127.0.0.1:0', '--listen', '127.0.0.1:0', '--data', directory]
  const child = spawn(join(root, 'node_modules/node/bin/node'), [
    join(root, 'src/main.ts'),
    'sip-bridge',
    ...least,
    ...places,
  ])
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk))
  const ended = once(child, 'exit')
  await expect
    .poll(() => said, { timeout: 30_000 })
    .toMatch(/takes commands at http:\/\/127\.0\.0\.1:\d+ and SIP at port \d+/)
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
  await rm(directory, { recursive: true, force: true })
})
