import { isIPv4 } from 'node:net'
import { type NameAddress, type Route, readUri, type SipRequest, type SipResponse } from './sip-message.ts'
import type { SipPeer } from './sip-transport.ts'

/** What both ends of a call remember of each other (RFC 3261, 12). */
export interface Dialog {
  callId: string
  /** With our tag. */
  local: NameAddress
  /** With the peer's tag. */
  remote: NameAddress
  /** The address that requests name. */
  target: string
  routes: Route[]
  /** The number of our last request. */
  sequence: number
  /** The number of our INVITE, which its ACK repeats. */
  inviteSequence: number
  /** Where the signalling of this call came from. */
  peer: SipPeer
}

/** The dialog that a 2xx to our INVITE makes. */
export function dialogOfAnswer(invite: SipRequest, response: SipResponse, peer: SipPeer): Dialog {
  return {
    callId: invite.headers['call-id'],
    local: invite.headers.from,
    remote: response.headers.to,
    target: contactOf(response) ?? invite.uri,
    routes: routesOf(response).reverse(),
    sequence: invite.headers.cseq.seq,
    inviteSequence: invite.headers.cseq.seq,
    peer,
  }
}

/** The dialog that our answer to an INVITE makes; `local` is its To with our tag. */
export function dialogOfInvite(invite: SipRequest, local: NameAddress, peer: SipPeer): Dialog {
  return {
    callId: invite.headers['call-id'],
    local,
    remote: invite.headers.from,
    target: contactOf(invite) ?? invite.headers.from.uri,
    routes: routesOf(invite),
    sequence: 0,
    inviteSequence: 0,
    peer,
  }
}

/** A request in the dialog; its Via is still to be written. */
export function requestIn(dialog: Dialog, method: 'ACK' | 'BYE'): SipRequest {
  if (method !== 'ACK') dialog.sequence++
  return {
    method,
    uri: dialog.target,
    headers: {
      via: [],
      from: dialog.local,
      to: dialog.remote,
      'call-id': dialog.callId,
      cseq: { seq: method === 'ACK' ? dialog.inviteSequence : dialog.sequence, method },
      ...(dialog.routes.length > 0 && { route: dialog.routes }),
    },
  }
}

/**
 * Where requests in the dialog go: the first route or the target, when that is an address that may be written to; else
 * where the call came from, which is also the open connection of a TCP peer that cannot be called back.
 */
export function hopOf(
  { routes, target, peer }: Dialog,
  admits: (address: string) => boolean,
  isConnected: (peer: SipPeer) => boolean,
): SipPeer {
  const uri = routes[0]?.uri ?? readUri(target)
  if (!uri || !isIPv4(uri.host) || !admits(uri.host) || (uri.port ?? 0) > 65_535) return peer
  const named = uri.params.transport?.toUpperCase()
  const protocol = named === 'TCP' || named === 'UDP' ? named : peer.protocol
  const hop: SipPeer = { protocol, address: uri.host, port: uri.port || 5060 }
  const isSameHost = hop.address === peer.address && hop.protocol === 'TCP' && peer.protocol === 'TCP'
  return isSameHost && !isConnected(hop) && isConnected(peer) ? peer : hop
}

/** Whether a request belongs to the dialog. */
export function isIn({ callId, local, remote }: Dialog, { headers }: SipRequest): boolean {
  return (
    headers['call-id'] === callId &&
    headers.to.params.tag === local.params.tag &&
    (headers.from.params.tag ?? undefined) === (remote.params.tag ?? undefined)
  )
}

function contactOf({ headers: { contact } }: SipRequest | SipResponse): string | undefined {
  const uri = Array.isArray(contact) ? contact[0]?.uri : undefined
  return uri && readUri(uri) ? uri : undefined
}

function routesOf({ headers }: SipRequest | SipResponse): Route[] {
  const routes = headers['record-route']
  return Array.isArray(routes) ? routes.filter(({ uri }) => uri) : []
}
