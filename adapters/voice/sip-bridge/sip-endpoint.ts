import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Connection,
  createTransactions,
  type Headers,
  isRequest,
  type NameAddress,
  responseTo,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from './sip-message.ts'
import { openTransport, type SipPeer, type SipTransport } from './sip-transport.ts'

/** Our end of SIP: requests and answers over transactions, both ways. */
export interface SipEndpoint {
  port: number
  /** The address by which that peer reaches us. */
  addressFor(peer: SipPeer): Promise<string>
  /**
   * Sends a request in a transaction of its own; its first Via is written here. A connection that fails is answered
   * with a 503 of our own, silence after 32 seconds with a 408.
   */
  request(peer: SipPeer, request: SipRequest, onResponse: (response: SipResponse) => void): void
  /** Sends the CANCEL of an INVITE that was sent by `request`. */
  cancel(peer: SipPeer, invite: SipRequest): void
  /** Sends the ACK of a 2xx, which is in no transaction. */
  acknowledge(peer: SipPeer, ack: SipRequest): void
  /** Answers a request; again with the same 2xx repeats it. `to` is its To with the tag of our dialog, made up when absent. */
  respond(request: SipRequest, status: number, reason: string, more?: ResponseParts): void
  isConnected(peer: SipPeer): boolean
  /** Waits until all requests are answered, but at most so many milliseconds. */
  settle(limitMs: number): Promise<void>
  close(): Promise<void>
}

export interface ResponseParts {
  to?: NameAddress
  headers?: Partial<Headers>
  content?: string
}

export interface EndpointOptions {
  address: string
  port: number
  /** The address that peers are told; found out for each peer when absent. */
  advertise: string | undefined
  admits(address: string): boolean
  /** Takes every request but repetitions; an ACK, too. What it throws is answered with 500. */
  onRequest(request: SipRequest, from: SipPeer): void
  /** Told of what went wrong in the transport. */
  onFault(error: unknown): void
}

/** Listens for SIP. */
export async function openEndpoint(options: EndpointOptions): Promise<SipEndpoint> {
  const transactions = createTransactions()
  const transport = await openTransport({
    address: options.address,
    port: options.port,
    admits: options.admits,
    onMessage: (message, from) => {
      try {
        take(message, from)
      } catch (error) {
        options.onFault(error)
      }
    },
  })
  const unanswered = new Set<SipRequest>()
  const addresses = new Map<string, Promise<string>>()

  function take(message: SipMessage, from: SipPeer): void {
    if (!isRequest(message)) {
      transactions.getClient(message)?.message(message, from)
      return
    }
    markVia(message, from)
    const known = transactions.getServer(message)
    known?.message(message, from)
    // Some peers send the ACK of a 2xx with the branch of its INVITE, where the transaction would swallow it.
    if (known && message.method !== 'ACK') return
    if (message.method !== 'ACK') transactions.createServerTransaction(message, connectionTo(transport, from))
    try {
      options.onRequest(message, from)
    } catch (error) {
      if (message.method !== 'ACK') respond(message, 500, 'Internal Server Error')
      throw error
    }
  }

  function respond(request: SipRequest, status: number, reason: string, more: ResponseParts = {}): void {
    const response = responseTo(request, status, reason)
    const to = more.to ?? (status > 100 ? withTag(response.headers.to) : response.headers.to)
    Object.assign(response.headers, { 'user-agent': product }, more.headers, { to })
    transactions.getServer(response)?.send?.({ ...response, ...(more.content && { content: more.content }) })
  }

  async function write(peer: SipPeer, request: SipRequest, send: () => void): Promise<void> {
    request.headers.via ??= []
    if (request.headers.via.length === 0) {
      const host = await addressFor(peer)
      const params = { branch: newBranch(), rport: null }
      request.headers.via = [{ version: '2.0', protocol: peer.protocol, host, port: transport.port, params }]
    }
    request.headers['max-forwards'] ??= 70
    request.headers['user-agent'] ??= product
    send()
  }

  function addressFor(peer: SipPeer): Promise<string> {
    if (options.advertise) return Promise.resolve(options.advertise)
    let known = addresses.get(peer.address)
    if (!known) {
      if (addresses.size > 1_000) addresses.clear()
      known = localAddressTo(peer)
      addresses.set(peer.address, known)
    }
    return known
  }

  return {
    port: transport.port,
    addressFor,
    request(peer, request, onResponse) {
      unanswered.add(request)
      const give = (response: SipResponse) => {
        if (response.status >= 200) unanswered.delete(request)
        try {
          onResponse(response)
        } catch (error) {
          options.onFault(error)
        }
      }
      void write(peer, request, () => {
        const failed = () => transaction.message(responseTo(request, 503, 'The connection failed'))
        const transaction = transactions.createClientTransaction(connectionTo(transport, peer, failed), request, give)
      })
    },
    cancel(peer, invite) {
      const { via, to, from, route, 'call-id': callId, cseq } = structuredClone(invite.headers)
      const headers = { via: via.slice(0, 1), to, from, 'call-id': callId, cseq: { ...cseq, method: 'CANCEL' } }
      const request = { method: 'CANCEL', uri: invite.uri, headers: { ...headers, ...(route && { route }) } }
      void write(peer, request, () => {
        transactions.createClientTransaction(connectionTo(transport, peer), request, () => {})
      })
    },
    acknowledge(peer, ack) {
      void write(peer, ack, () => transport.send(peer, ack))
    },
    respond,
    isConnected: transport.isConnected,
    async settle(limitMs) {
      const limit = AbortSignal.timeout(limitMs)
      while (unanswered.size > 0 && !limit.aborted) await sleep(10)
    },
    async close() {
      transactions.destroy()
      await transport.close()
    },
  }
}

const product = 'Parley'

function newBranch(): string {
  return `z9hG4bK${randomBytes(12).toString('hex')}`
}

/** An address with a tag of ours, unless it has one. */
export function withTag(address: NameAddress): NameAddress {
  if (address.params.tag) return address
  return { ...address, params: { ...address.params, tag: newTag() } }
}

export function newTag(): string {
  return randomBytes(8).toString('hex')
}

function connectionTo(transport: SipTransport, peer: SipPeer, onFailure?: () => void): Connection {
  return {
    protocol: peer.protocol,
    send: (message) => transport.send(peer, message, onFailure),
    release: () => {},
  }
}

/** Notes where a request came from, for its answer and for what the peer wants to know (RFC 3581). */
function markVia(request: SipRequest, from: SipPeer): void {
  const [via] = request.headers.via
  via!.params.received = from.address
  if ('rport' in via!.params) via!.params.rport = String(from.port)
}

/** The address of this machine that packets to that peer leave from. */
function localAddressTo(peer: SipPeer): Promise<string> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    const give = (address: string) => {
      socket.close()
      resolve(address)
    }
    socket.on('error', () => give('127.0.0.1'))
    socket.connect(peer.port, peer.address, () => give(socket.address().address))
  })
}
