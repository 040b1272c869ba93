import { longestMessage, readMessage, type SipMessage } from './sip-message.ts'

/** What comes out of a stream of SIP messages. */
export interface StreamEvents {
  onMessage(message: SipMessage): void
  /** The peer asks whether the connection lives (RFC 5626, 4.4.1). */
  onPing(): void
  /** What follows cannot be told apart any more. */
  onFault(): void
}

/** Cuts a TCP stream into messages by their Content-Length (RFC 3261, 18.3); gives the function that takes its chunks. */
export function splitStream({ onMessage, onPing, onFault }: StreamEvents): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  let broken = false
  const fail = () => {
    broken = true
    rest = Buffer.alloc(0)
    onFault()
  }
  return (chunk) => {
    if (broken) return
    rest = Buffer.concat([rest, chunk])
    for (;;) {
      if (rest.subarray(0, 4).equals(ping)) onPing()
      let start = 0
      while (rest[start] === 13 || rest[start] === 10) start++
      rest = rest.subarray(start)
      const end = rest.indexOf('\r\n\r\n')
      if (end < 0) {
        if (rest.length > longestMessage) fail()
        return
      }
      const length = contentLength(rest.toString('latin1', 0, end))
      const whole = end + 4 + (length ?? 0)
      if (length === undefined || whole > longestMessage) return fail()
      if (rest.length < whole) return
      const message = readMessage(rest.subarray(0, whole))
      rest = rest.subarray(whole)
      if (message) onMessage(message)
    }
  }
}

const ping = Buffer.from('\r\n\r\n')

/** Of a head without one it is 0, as many peers mean it; undefined when it is no number or named twice. */
function contentLength(head: string): number | undefined {
  const named = [...head.matchAll(/\r\n(?:content-length|l)[ \t]*:[ \t]*([^\r]*)/gi)]
  if (named.length === 0) return 0
  const text = named[0]![1]!.trim()
  return named.length === 1 && /^\d{1,6}$/.test(text) ? Number(text) : undefined
}
