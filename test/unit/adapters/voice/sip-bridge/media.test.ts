import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { createKeyReader, keyOfInfo } from '../../../../../adapters/voice/sip-bridge/dtmf.ts'
import { codecs } from '../../../../../adapters/voice/sip-bridge/g711.ts'
import { createKeySeries } from '../../../../../adapters/voice/sip-bridge/key-series.ts'
import { openRtp, type RtpSession, readPacket } from '../../../../../adapters/voice/sip-bridge/rtp.ts'
import { answerAudio, offerAudio, type RemoteAudio, readAudio } from '../../../../../adapters/voice/sip-bridge/sdp.ts'
import { readWav } from '../../../../../adapters/voice/sip-bridge/wav.ts'
import { wavFile, wavOf } from './wav-file.ts'

const [pcmu, pcma] = codecs as [(typeof codecs)[number], (typeof codecs)[number]]

describe('G.711', () => {
  it.each(codecs)('$name brings every sample back as near as the code allows', ({ encode, decode }) => {
    for (let sample = -32_000; sample <= 32_000; sample += 7) {
      // Steps grow with the sample: a sixteenth of its segment, and half of that is lost at most.
      expect(Math.abs(decode(encode(sample)) - sample)).toBeLessThanOrEqual(Math.max(8, Math.abs(sample) / 16 + 8))
    }
    for (let byte = 0; byte < 256; byte++) expect(decode(encode(decode(byte))) - decode(byte)).toBe(0)
  })

  it('has the values of ITU-T G.711, appendix', () => {
    expect([0x00, 0x80, 0xff, 0x7f].map(pcmu.decode)).toEqual([-32_124, 32_124, 0, -0])
    expect([0xd5, 0x55, 0xaa, 0x2a].map(pcma.decode)).toEqual([8, -8, 32_256, -32_256])
    expect([pcmu.encode(0), pcma.encode(0)]).toEqual([pcmu.silence, pcma.silence])
  })
})

describe('a WAV file', () => {
  it('is read as 16-bit PCM, A-law and µ-law', () => {
    const sound = readWav(wavFile(20))
    expect(sound).toHaveLength(160)
    expect(sound[5]).toBe(8_000)
    expect([...readWav(wavOf(Buffer.from([0xd5, 0xaa]), { form: 6, bits: 8 }))]).toEqual([8, 32_256])
    expect([...readWav(wavOf(Buffer.from([0xff, 0x80]), { form: 7, bits: 8 }))]).toEqual([0, 32_124])
  })

  it('of two channels is mixed to one', () => {
    const both = Buffer.from(Int16Array.from([100, 300, -100, 100]).buffer)
    expect([...readWav(wavOf(both, { form: 1, bits: 16, channels: 2 }))]).toEqual([200, 0])
  })

  it.each([
    ['no WAV file', Buffer.from('ID3')],
    ['44100 samples a second', wavOf(Buffer.alloc(4), { form: 1, bits: 16, rate: 44_100 })],
    ['6 channels', wavOf(Buffer.alloc(12), { form: 1, bits: 16, channels: 6 })],
    ['form 1 with 24 bits', wavOf(Buffer.alloc(6), { form: 1, bits: 24 })],
    ['without format or sound', wavFile(20).subarray(0, 20)],
  ])('that cannot be played says why: %s', (fault, file) => {
    expect(() => readWav(file)).toThrow(fault)
  })

  it('that was cut is read as far as it goes', () => {
    expect(readWav(wavFile(20).subarray(0, -40))).toHaveLength(140)
  })
})

describe('keys', () => {
  it('in events are told once a press, whichever of its packets are lost or repeated', () => {
    const { take } = createKeyReader()
    const packet = (key: number, end = 0) => Uint8Array.from([key, end, 0, 160])
    const keys = [
      take(packet(5), 1000, 1),
      take(packet(5), 1000, 1),
      take(packet(5, 0x80), 1000, 1),
      take(packet(5, 0x80), 2000, 1),
      take(packet(11), 3000, 1),
      take(packet(5), 1000, 1),
      take(packet(16), 4000, 1),
      take(Uint8Array.from([1]), 5000, 1),
      take(packet(15), 1000, 2),
    ]
    expect(keys.filter(Boolean).join('')).toBe('55#D')
  })

  it('in the body of an INFO are read', () => {
    expect(keyOfInfo('application/dtmf-relay', 'Signal=5\r\nDuration=160\r\n')).toBe('5')
    expect(keyOfInfo('application/dtmf-relay', 'Signal= 11\r\n')).toBe('#')
    expect(keyOfInfo('application/dtmf', '*')).toBe('*')
    expect(keyOfInfo('application/dtmf', '12345')).toBeUndefined()
    expect(keyOfInfo('text/plain', '5')).toBeUndefined()
  })

  it('are put together to answers', () => {
    const told: string[] = []
    const series = createKeySeries({ max: 3, pauseMs: 60_000, tell: (keys) => told.push(keys) })
    for (const key of '12#1234#') series.press(key)
    series.press('#')
    series.press('9')
    series.end()
    series.end()
    expect(told).toEqual(['12', '123', '4', '#', '9'])
  })
})

describe('a session description', () => {
  it('of an offer is read, with the address of its medium', () => {
    const text = [
      ...['v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0', 'm=video 9 RTP/AVP 96'],
      ...['m=audio 4000 RTP/AVP 18 8 0 97', 'c=IN IP4 192.0.2.2', 'a=rtpmap:97 telephone-event/8000', 'a=sendonly'],
    ].join('\r\n')
    expect(readAudio(text)).toEqual({
      ...{ address: '192.0.2.2', port: 4000, codec: pcma, digits: 97, mode: 'sendonly', listens: false },
    })
    expect(answerAudio({ address: '192.0.2.9', port: 6 }, readAudio(text)!)).toMatch(
      /m=audio 6 RTP\/AVP 8 97\r\na=rtpmap:8 PCMA\/8000\r\n[\s\S]*a=recvonly\r\n$/,
    )
  })

  it('of ours can be read by ourselves', () => {
    const own = readAudio(offerAudio({ address: '192.0.2.9', port: 4002 }))
    expect(own).toMatchObject({ address: '192.0.2.9', port: 4002, codec: pcmu, digits: 101, listens: true })
  })

  it.each([
    ['nothing', ''],
    ['no codec of ours', 'c=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 18'],
    ['a medium that is refused', 'c=IN IP4 192.0.2.1\r\nm=audio 0 RTP/AVP 0'],
    ['encryption', 'c=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/SAVP 0'],
    ['a name for an address', 'c=IN IP4 localhost\r\nm=audio 4000 RTP/AVP 0'],
  ])('with %s is none for us', (_, text) => {
    expect(readAudio(text)).toBeUndefined()
  })
})

describe('audio over RTP', () => {
  let session: RtpSession | undefined
  let peer: Socket | undefined

  afterEach(() => {
    session?.close()
    peer?.close()
  })

  async function connected(onKey: (key: string) => void = () => {}): Promise<{ packets: Buffer[]; socket: Socket }> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1')
    await once(socket, 'listening')
    peer = socket
    const packets: Buffer[] = []
    socket.on('message', (packet) => packets.push(packet))
    session = await openRtp({ address: '127.0.0.1', ports: undefined, onKey, onStranger: () => {} })
    const remote: RemoteAudio = {
      ...{
        address: '127.0.0.1',
        port: socket.address().port,
        codec: pcmu,
        digits: 101,
        mode: 'sendrecv',
        listens: true,
      },
    }
    session.connect(remote)
    return { packets, socket }
  }

  it('plays a file in packets of 20 ms that follow each other, at the pace of the sound', async () => {
    const { packets } = await connected()
    const sound = Int16Array.from({ length: 1_600 }, (_, index) => (index + 1) * 10)
    const begun = performance.now()
    expect(await session!.play(sound)).toBe(true)
    expect(performance.now() - begun).toBeGreaterThan(150)
    const read = () => packets.map((packet) => readPacket(packet)!)
    const heard = () => read().flatMap(({ payload }) => [...payload].map(pcmu.decode).filter((sample) => sample > 0))
    await expect.poll(() => heard().length).toBe(1_600)
    expect(read().every(({ type, payload }) => type === 0 && payload.length === 160)).toBe(true)
    const times = read().map(({ timestamp }) => timestamp)
    const steps = times.slice(1).map((time, index) => (time - times[index]!) >>> 0)
    expect(new Set(steps)).toEqual(new Set([160]))
    expect(heard().join()).toBe([...sound].map((sample) => pcmu.decode(pcmu.encode(sample))).join())
  })

  it('stops playing when it is told to', async () => {
    await connected()
    const playing = session!.play(new Int16Array(80_000))
    session!.stopPlaying()
    expect(await playing).toBe(false)
  })

  it('hears keys, and is not disturbed by what is no RTP', async () => {
    const keys: string[] = []
    const { socket } = await connected((key) => keys.push(key))
    const event = Buffer.from('80e5000100000064000000010b0a00a0', 'hex')
    for (const packet of [Buffer.alloc(0), Buffer.from('ff'), Buffer.from('bf'.repeat(12), 'hex'), event, event])
      socket.send(packet, session!.port, '127.0.0.1')
    await expect.poll(() => keys).toEqual(['#'])
  })
})
