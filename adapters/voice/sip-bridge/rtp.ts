import { randomBytes, randomInt } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { performance } from 'node:perf_hooks'
import { AppError } from '../../../src/platform/errors.ts'
import { createKeyReader } from './dtmf.ts'
import type { RemoteAudio } from './sdp.ts'
import type { Sound } from './wav.ts'

/** The audio of one call. */
export interface RtpSession {
  port: number
  /** Begins to send to the other side: silence, while nothing is played. Again: it has moved, or wants no sound. */
  connect(remote: RemoteAudio): void
  /** Plays from the start; resolves with true when all was sent, with false when it was stopped. */
  play(sound: Sound): Promise<boolean>
  stopPlaying(): void
  close(): void
}

export interface RtpOptions {
  address: string
  /** The first and the last port that may be used; undefined leaves the choice to the system. */
  ports: readonly [number, number] | undefined
  /** Takes each key that is pressed: `0`-`9`, `*`, `#`, `A`-`D`. */
  onKey(key: string): void
  /** Told once when audio comes from another address than was agreed; it is not listened to. */
  onStranger(address: string): void
}

const frameMs = 20
const frameSize = 160
const header = 12

/** Opens a port for RTP. Throws `unavailable` when none is free. */
export async function openRtp(options: RtpOptions): Promise<RtpSession> {
  const socket = await bindAny(options)
  const { port } = socket.address()
  const reader = createKeyReader()
  const source = randomBytes(4).readUInt32BE()
  let sequence = randomInt(0x8000)
  let timestamp = randomInt(2 ** 31)
  let remote: RemoteAudio | undefined
  let playing: { sound: Sound; at: number; done(whole: boolean): void } | undefined
  let timer: NodeJS.Timeout | undefined
  let next = 0
  let stranger = false

  socket.on('error', () => {})
  socket.on('message', (packet, { address }) => {
    if (!remote) return
    if (address !== remote.address && remote.listens) {
      if (!stranger) options.onStranger(address)
      stranger = true
      return
    }
    const read = readPacket(packet)
    if (!read || read.type !== remote.digits) return
    const key = reader.take(read.payload, read.timestamp, read.source)
    if (key !== undefined) options.onKey(key)
  })

  function tick(): void {
    // After a pause of the process what was missed is left out: a burst would overflow the other side's buffer.
    if (performance.now() - next > 10 * frameMs) next = performance.now()
    while (next <= performance.now()) {
      sendFrame()
      next += frameMs
    }
    timer = setTimeout(tick, Math.max(0, next - performance.now()))
  }

  function sendFrame(): void {
    if (!remote) return
    const packet = Buffer.alloc(header + frameSize, remote.codec.silence)
    packet[0] = 0x80
    packet[1] = remote.codec.payload
    packet.writeUInt16BE(sequence, 2)
    packet.writeUInt32BE(timestamp, 4)
    packet.writeUInt32BE(source, 8)
    if (playing) fill(packet, remote)
    sequence = (sequence + 1) & 0xffff
    timestamp = (timestamp + frameSize) >>> 0
    if (remote.listens) socket.send(packet, remote.port, remote.address, () => {})
    if (playing && playing.at >= playing.sound.length) endPlaying(true)
  }

  function fill(packet: Buffer, { codec }: RemoteAudio): void {
    const { sound, at } = playing!
    const frame = sound.subarray(at, at + frameSize)
    for (let index = 0; index < frame.length; index++) packet[header + index] = codec.encode(frame[index]!)
    playing!.at += frameSize
  }

  function endPlaying(whole: boolean): void {
    const { done } = playing ?? {}
    playing = undefined
    done?.(whole)
  }

  return {
    port,
    connect(to) {
      remote = to
      if (timer) return
      next = performance.now()
      tick()
    },
    play(sound) {
      endPlaying(false)
      return new Promise((done) => {
        playing = { sound, at: 0, done }
      })
    },
    stopPlaying: () => endPlaying(false),
    close() {
      clearTimeout(timer)
      timer = undefined
      remote = undefined
      endPlaying(false)
      socket.close()
    },
  }
}

interface Packet {
  type: number
  timestamp: number
  source: number
  payload: Uint8Array
}

/** Reads an RTP packet (RFC 3550, 5.1); undefined for whatever is none. */
export function readPacket(packet: Buffer): Packet | undefined {
  if (packet.length < header || packet[0]! >> 6 !== 2) return undefined
  let start = header + (packet[0]! & 0x0f) * 4
  if (packet[0]! & 0x10) {
    if (packet.length < start + 4) return undefined
    start += 4 + packet.readUInt16BE(start + 2) * 4
  }
  const padding = packet[0]! & 0x20 ? packet.at(-1)! : 0
  if (start + padding > packet.length) return undefined
  return {
    type: packet[1]! & 0x7f,
    timestamp: packet.readUInt32BE(4),
    source: packet.readUInt32BE(8),
    payload: packet.subarray(start, packet.length - padding),
  }
}

/** RTP takes the even ports. */
async function bindAny({ address, ports }: RtpOptions): Promise<Socket> {
  if (!ports) return bind(address, 0)
  const [first, last] = ports
  const even = Array.from({ length: Math.floor((last - first) / 2) + 1 }, (_, index) => first + (first % 2) + index * 2)
  const offset = randomInt(even.length)
  for (let index = 0; index < even.length; index++) {
    const port = even[(index + offset) % even.length]!
    const socket = await bind(address, port).catch(() => undefined)
    if (socket) return socket
  }
  throw new AppError('unavailable', `All ports for audio from ${first} to ${last} are in use; open more of them.`)
}

function bind(address: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4')
    const refuse = (error: Error) => {
      socket.close()
      reject(error)
    }
    socket.once('error', refuse)
    socket.bind(port, address, () => {
      socket.off('error', refuse)
      resolve(socket)
    })
  })
}
