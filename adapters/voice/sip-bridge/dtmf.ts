const keys = '0123456789*#ABCD'

/** Finds the keys that are pressed in RTP telephone events (RFC 4733, once RFC 2833). */
export interface KeyReader {
  /** Takes one packet of events; gives the key that it begins, once for each press however often its packets are repeated. */
  take(payload: Uint8Array, timestamp: number, source: number): string | undefined
}

/** A reader for one call. */
export function createKeyReader(): KeyReader {
  const known: string[] = []
  return {
    take(payload, timestamp, source) {
      const key = payload.length >= 4 ? keys[payload[0]!] : undefined
      // All packets of a press carry the time at which it began.
      const press = `${source} ${timestamp}`
      if (key === undefined || known.includes(press)) return undefined
      known.push(press)
      if (known.length > 16) known.shift()
      return key
    },
  }
}

/** The key in the body of an INFO, as phones without telephone events send it (`application/dtmf-relay`, `application/dtmf`). */
export function keyOfInfo(type: string, body: string): string | undefined {
  const [, named = ''] =
    (/^application\/dtmf-relay\b/i.test(type)
      ? /^\s*Signal\s*=\s*(\S+)/im.exec(body)
      : /^application\/dtmf\b/i.test(type) && /^\s*(\S+)\s*$/.exec(body)) || []
  const key = /^1[0-5]$/.test(named) ? keys[Number(named)] : named.toUpperCase()
  return key && key.length === 1 && keys.includes(key) ? key : undefined
}
