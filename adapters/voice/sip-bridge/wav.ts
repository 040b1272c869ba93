import { AppError } from '../../../src/platform/errors.ts'
import { codecs } from './g711.ts'

/** Sound as it is played: 8,000 samples of 16 bits a second, one channel. */
export type Sound = Int16Array

const rate = 8_000
const advice = 'expected a WAV file of 8000 Hz as 16-bit PCM, A-law or µ-law (sox in.mp3 -r 8000 -c 1 -b 16 out.wav)'
const forms = { pcm: 1, alaw: 6, mulaw: 7 } as const
/** The form is named in the extension of the format. */
const extensible = 0xfffe

/** Reads a WAV file. Throws `invalid` with what is expected when it is none, or one that cannot be played. */
export function readWav(file: Uint8Array): Sound {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength)
  if (bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WAVE')
    throw refused('is no WAV file')
  const format = chunk(bytes, 'fmt ')
  const data = chunk(bytes, 'data')
  if (!format || format.length < 16 || !data) throw refused('is a WAV file without format or sound')
  const named = format.readUInt16LE(0)
  const form = named === extensible && format.length >= 26 ? format.readUInt16LE(24) : named
  const channels = format.readUInt16LE(2)
  const bits = format.readUInt16LE(14)
  if (format.readUInt32LE(4) !== rate) throw refused(`has ${format.readUInt32LE(4)} samples a second`)
  if (channels !== 1 && channels !== 2) throw refused(`has ${channels} channels`)
  const samples = decode(data, form, bits)
  return channels === 1 ? samples : mixed(samples)
}

function decode(data: Buffer, form: number, bits: number): Int16Array {
  if (form === forms.pcm && bits === 16)
    return Int16Array.from({ length: data.length >> 1 }, (_, index) => data.readInt16LE(index * 2))
  const codec = codecs.find(({ name }) => name === (form === forms.alaw ? 'PCMA' : 'PCMU'))!
  if ((form === forms.alaw || form === forms.mulaw) && bits === 8)
    return Int16Array.from(data, (byte) => codec.decode(byte))
  throw refused(`holds form ${form} with ${bits} bits`)
}

function mixed(samples: Int16Array): Int16Array {
  return Int16Array.from({ length: samples.length >> 1 }, (_, index) =>
    Math.round((samples[index * 2]! + samples[index * 2 + 1]!) / 2),
  )
}

/** Chunks lie at even places; one that names more bytes than there are (a stream that was cut) ends with the file. */
function chunk(bytes: Buffer, name: string): Buffer | undefined {
  let at = 12
  while (at + 8 <= bytes.length) {
    const length = bytes.readUInt32LE(at + 4)
    if (bytes.toString('latin1', at, at + 4) === name) return bytes.subarray(at + 8, at + 8 + length)
    at += 8 + length + (length % 2)
  }
  return undefined
}

function refused(fault: string): AppError {
  return new AppError('invalid', `The file to play ${fault}; ${advice}.`)
}
