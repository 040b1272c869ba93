/** A WAV file of so many milliseconds with a tone of 400 Hz, 16 bits, 8000 samples a second. */
export function wavFile(ms: number): Buffer {
  const samples = Int16Array.from({ length: ms * 8 }, (_, index) =>
    Math.round(8_000 * Math.sin((index * Math.PI) / 10)),
  )
  return wavOf(Buffer.from(samples.buffer), { form: 1, bits: 16 })
}

/** A WAV file of that sound. */
export function wavOf(
  data: Buffer,
  { form, bits, rate = 8_000, channels = 1 }: { form: number; bits: number; rate?: number; channels?: number },
): Buffer {
  const format = Buffer.alloc(16)
  format.writeUInt16LE(form, 0)
  format.writeUInt16LE(channels, 2)
  format.writeUInt32LE(rate, 4)
  format.writeUInt32LE((rate * channels * bits) / 8, 8)
  format.writeUInt16LE((channels * bits) / 8, 12)
  format.writeUInt16LE(bits, 14)
  const chunk = (name: string, bytes: Buffer) => {
    const length = Buffer.alloc(4)
    length.writeUInt32LE(bytes.length)
    return Buffer.concat([Buffer.from(name), length, bytes, Buffer.alloc(bytes.length % 2)])
  }
  return chunk(
    'RIFF',
    Buffer.concat([Buffer.from('WAVE'), chunk('LIST', Buffer.from('odd')), chunk('fmt ', format), chunk('data', data)]),
  )
}
