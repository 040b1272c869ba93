import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { signBody } from '../../../../../adapters/kit/signed-body.ts'
import { type Served, secret, serveBridge } from './bridge.ts'

let served: Served

beforeEach(async () => {
  served = await serveBridge()
})
afterEach(() => served.stop())

const call = { key: 'k', to: '100', ring_seconds: 20, max_seconds: 20, record: false, sip_parameters: {} }
const server = '127.0.0.1:5999'

describe('a command', () => {
  it.each([
    ['a line break in the number', { to: '100\r\nX-Evil: 1' }, 400],
    ['a line break in a parameter', { sip_parameters: { from: 'a\r\nX-Evil: 1' } }, 400],
    ['an angle bracket in a parameter', { sip_parameters: { from: 'a>;x=<' } }, 400],
    ['a parameter that is not known', { sip_parameters: { header: 'X-Evil: 1' } }, 400],
    ['a transport that we do not have', { sip_parameters: { transport: 'tls' } }, 400],
    ['a user without password', { sip_parameters: { user: 'alice' } }, 400],
    ['an endless time', { sip_parameters: { maxduration: '999999' } }, 400],
    ['a server that is not on the list', { sip_server: '192.0.2.7' }, 403],
    ['a name that is not on the list', { sip_server: 'localhost' }, 403],
    ['a server behind a user', { sip_server: '127.0.0.1@192.0.2.7' }, 400],
    ['no server at all', { sip_server: undefined }, 400],
    ['words to speak', { say: { text: 'Hello' } }, 422],
    ['a wish to record', { record: true }, 422],
    ['a file that is no sound', { play: { data: 'aGVsbG8=', mime: 'audio/wav' } }, 400],
    ['a file on the private network', { play: { url: 'http://127.0.0.1:1/a.wav' } }, 422],
  ] as const)('with %s is refused, and nobody is called', async (_, change, status) => {
    const placed = { ...call, sip_server: server, ...change } as typeof call
    const answer = await served.command({ command: 'place', call: placed })
    expect(answer).toEqual({ status, body: { error: expect.any(String) } })
    expect(served.told()).toEqual([])
  })

  it.each([
    ['no signature', undefined],
    ['a wrong one', signBody('{}', 'another secret of somebody', new Date())],
    ['an old one', signBody('{}', secret, new Date('2026-01-01T00:00:00Z'))],
  ])('with %s is not read', async (_, signature) => {
    const headers: Record<string, string> = signature ? { 'x-signature': signature } : {}
    const { status } = await fetch(served.bridge.address, { method: 'POST', headers, body: '{}' })
    expect(status).toBe(401)
  })

  it('asks whether somebody is there', async () => {
    expect(await served.command({ command: 'ping' })).toMatchObject({ status: 200, body: { pong: true } })
  })
})

describe('what comes over SIP', () => {
  const options = (branch: string, more = '') =>
    `OPTIONS sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:1;branch=${branch};rport${more}\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:x@b>\r\nCall-ID: ${branch}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`
  const malformed = [
    '',
    '\0\0\0\0',
    '\r\n\r\n',
    'hello',
    'INVITE',
    'INVITE sip:x SIP/2.0\r\n\r\n',
    options('__proto__').replace('Via: ', 'Via: SIP/2.0/UDP h;branch=1;__proto__;x, '),
    options('a', ';__proto__'),
    options('b').replace('To: <sip:x@b>', 'To: '),
    options('c').replace('From: <sip:a@b>;tag=1', 'From: <<<<>>>>"""'),
    options('d').replace('CSeq: 1 OPTIONS', 'CSeq: x'),
    options('e').replace('CSeq: 1 OPTIONS', 'CSeq: 1 INVITE'),
    options('f').replace('OPTIONS sip', '__proto__ sip'),
    options('g').replace('Call-ID', 'constructor'),
    options('h').replace('Content-Length: 0', 'Content-Length: -5'),
    options('i').replace('Content-Length: 0', `X: ${'a '.repeat(9_000)}`),
    options('j')
      .replaceAll('OPTIONS', 'INVITE')
      .replace('Content-Length: 0\r\n\r\n', 'Content-Length: 9\r\n\r\nm=audio x'),
    'SIP/2.0 999999 x\r\n\r\n',
    `SIP/2.0 200 OK\r\n${options('k').split('\r\n').slice(1).join('\r\n')}`,
    options('l').replaceAll('OPTIONS', 'BYE'),
    options('m').replaceAll('OPTIONS', 'CANCEL'),
    options('n').replaceAll('OPTIONS', 'ACK'),
  ]

  it('over UDP may be as malformed as it likes: the next message is answered', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1')
    await once(socket, 'listening')
    for (const text of malformed) socket.send(Buffer.from(text, 'latin1'), served.bridge.sipPort, '127.0.0.1')
    // Noise that is the same at each run.
    for (let seed = 1; seed <= 300; seed++) {
      const noise = Buffer.from(options(`n${seed}`))
      for (let at = (seed * 7) % 40; at < noise.length; at += 37 + (seed % 29)) noise[at] = (seed * at * 31) % 256
      socket.send(noise, served.bridge.sipPort, '127.0.0.1')
    }
    let answer = ''
    socket.on('message', (bytes) => {
      if (String(bytes).includes('Call-ID: last')) answer = String(bytes)
    })
    // So much at once that some of it is lost: whoever is not answered asks again.
    const ask = () => {
      socket.send(options('last'), served.bridge.sipPort, '127.0.0.1')
      return answer
    }
    await expect.poll(ask, { interval: 50, timeout: 10_000 }).toMatch(/^SIP\/2.0 200 OK\r\n/)
    socket.close()
  })

  it('over TCP loses its connection when it cannot be told apart, and others are answered', async () => {
    for (const text of [
      'x'.repeat(20_000),
      options('a').replace('Length: 0', 'Length: abc'),
      options('b').replace('Length: 0', 'Length: 999999'),
    ]) {
      const socket = connect(served.bridge.sipPort, '127.0.0.1')
      socket.on('error', () => {})
      socket.write(text)
      await once(socket, 'close')
    }
    const socket = connect(served.bridge.sipPort, '127.0.0.1')
    const message = options('last').replace('SIP/2.0/UDP', 'SIP/2.0/TCP')
    socket.write(`\r\n\r\n${message.slice(0, 50)}`)
    socket.write(message.slice(50))
    let heard = ''
    for await (const chunk of socket) {
      heard += chunk
      if (heard.includes('\r\n\r\n')) break
    }
    expect(heard).toMatch(/^\r\nSIP\/2.0 200 OK\r\n/)
  })
})

it('nobody but the servers on the list is answered', async () => {
  const strict = await serveBridge(['--servers', '192.0.2.7'])
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  let answers = 0
  socket.on('message', () => answers++)
  const text =
    'OPTIONS sip:x@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:x@b>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n\r\n'
  for (const { bridge } of [strict, served]) socket.send(text, bridge.sipPort, '127.0.0.1')
  await expect.poll(() => answers).toBe(1)
  await strict.stop()
  expect(answers).toBe(1)
  socket.close()
})
