/** One of the two forms of G.711, the codec that every phone has: 8,000 bytes a second. */
export interface Codec {
  /** Its name in SDP. */
  name: 'PCMU' | 'PCMA'
  /** Its fixed payload type (RFC 3551). */
  payload: 0 | 8
  /** A sample of 16 bits as its byte. */
  encode(sample: number): number
  /** A byte as its sample of 16 bits. */
  decode(byte: number): number
  silence: number
}

const bias = 0x84
const clip = 32_635

const pcmu: Codec = {
  name: 'PCMU',
  payload: 0,
  encode(sample) {
    const sign = sample < 0 ? 0x80 : 0
    const size = Math.min(Math.abs(sample), clip) + bias
    const exponent = 31 - Math.clz32(size) - 7
    return ~(sign | (exponent << 4) | ((size >> (exponent + 3)) & 0x0f)) & 0xff
  },
  decode(byte) {
    const bits = ~byte & 0xff
    const size = ((((bits & 0x0f) << 3) + bias) << ((bits >> 4) & 7)) - bias
    return bits & 0x80 ? -size : size
  },
  silence: 0xff,
}

const pcma: Codec = {
  name: 'PCMA',
  payload: 8,
  encode(sample) {
    const sign = sample < 0 ? 0 : 0x80
    const size = Math.min(sample < 0 ? ~sample : sample, 32_767) >> 4
    const exponent = size < 16 ? 0 : 31 - Math.clz32(size) - 3
    const mantissa = exponent < 2 ? size & 0x0f : (size >> (exponent - 1)) & 0x0f
    // From 16 to 31 the first bit is the segment's own.
    const segment = size < 16 ? 0 : exponent
    return (sign | (segment << 4) | mantissa) ^ 0x55
  },
  decode(byte) {
    const bits = byte ^ 0x55
    const exponent = (bits >> 4) & 7
    const mantissa = bits & 0x0f
    const size = exponent === 0 ? (mantissa << 4) + 8 : ((mantissa << 4) + 0x108) << (exponent - 1)
    return bits & 0x80 ? size : -size
  },
  silence: 0xd5,
}

/** Both forms, the one that we like better first. */
export const codecs: readonly Codec[] = [pcmu, pcma]
