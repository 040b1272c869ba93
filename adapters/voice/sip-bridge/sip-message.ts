import sip, { type Request, type Response, type TransactionLayer, type Uri } from 'sip'

/** The only file that imports the package `sip`: it reads and writes messages and keeps transactions. */

export type SipRequest = Request
export type SipResponse = Response
export type SipMessage = SipRequest | SipResponse
export type SipUri = Uri
export type { Challenge, Connection, Headers, NameAddress, Route, Transaction, TransactionLayer } from 'sip'

/** The most that a message may have, in bytes; longer ones are thrown away unread. */
export const longestMessage = 16_384
/** The package's patterns take a time that grows with the square of a line. */
const longestLine = 2_048
const mostLines = 200

/** Reads a message; undefined for whatever is none, or lacks what every message must have. Never throws. */
export function readMessage(bytes: Buffer): SipMessage | undefined {
  if (bytes.length > longestMessage) return undefined
  const text = bytes.toString('latin1')
  const end = text.indexOf('\r\n\r\n')
  if (end <= 0 || /^\s/.test(text)) return undefined
  const head = text.slice(0, end)
  const lines = head.split('\r\n')
  // A lone CR or LF, or a NUL, is how one message is made to look like two.
  if (lines.length > mostLines || lines.some((line) => line.length > longestLine || /[\r\n\0]/.test(line)))
    return undefined
  try {
    const message = sip.parse(bytes) as Partial<Request & Response> | undefined
    return message && isWhole(message) ? (message as SipMessage) : undefined
  } catch {
    return undefined
  }
}

export function isRequest(message: SipMessage): message is SipRequest {
  return 'method' in message
}

/** Writes a message as bytes. */
export function writeMessage(message: SipMessage): Buffer {
  return Buffer.from(sip.stringify(message), 'latin1')
}

/** The answer to a request: Via, From, To, Call-ID and CSeq are the request's. The objects are its own. */
export function responseTo(request: SipRequest, status: number, reason: string): SipResponse {
  return structuredClone(sip.makeResponse(request, status, reason))
}

/** Reads `sip:user@host:port;transport=tcp`; undefined when it is none. */
export function readUri(text: string): (SipUri & { port: number | undefined }) | undefined {
  if (text.length > longestLine) return undefined
  const uri = sip.parseUri(text)
  return uri ? { ...uri, port: uri.port || undefined } : undefined
}

/** Transactions as RFC 3261 17 has them: repetition on UDP, matching of answers, ACK of refusals. */
export function createTransactions(): TransactionLayer {
  return sip.makeTransactionLayer({})
}

function isWhole({ method, uri, status, headers }: Partial<Request & Response>): boolean {
  if (!headers) return false
  const isStart = method === undefined ? status! >= 100 && status! <= 699 : /^[A-Z]{1,20}$/.test(method) && !!uri
  const { via, to, from, cseq, contact, 'call-id': callId } = headers
  return (
    isStart &&
    Array.isArray(via) &&
    via.every((each) => typeof each?.host === 'string' && isPlain(each.params)) &&
    typeof via[0]?.params.branch === 'string' &&
    isAddress(to) &&
    isAddress(from) &&
    typeof callId === 'string' &&
    Number.isInteger(cseq?.seq) &&
    typeof cseq?.method === 'string' &&
    (method === undefined || cseq.method === method) &&
    (contact === undefined || contact === '*' || (Array.isArray(contact) && contact.every(isAddress)))
  )
}

function isAddress(value: unknown): boolean {
  const address = value as { uri?: unknown; params?: unknown } | undefined
  return typeof address?.uri === 'string' && isPlain(address.params)
}

/** A parameter named `__proto__` makes the package give an object without the methods that it calls itself. */
function isPlain(params: unknown): boolean {
  return typeof params === 'object' && params !== null && Object.getPrototypeOf(params) === Object.prototype
}
