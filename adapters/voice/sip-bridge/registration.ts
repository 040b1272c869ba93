import type { Log } from '../../../src/platform/log.ts'
import { within } from '../../../src/platform/within.ts'
import { answerChallenge, type Credentials, isStale } from './digest.ts'
import { contactUri } from './line.ts'
import { newSipCallId } from './outgoing-call.ts'
import { readServer } from './server-list.ts'
import { newTag, type SipEndpoint } from './sip-endpoint.ts'
import type { SipRequest, SipResponse } from './sip-message.ts'
import type { SipPeer } from './sip-transport.ts'

export interface RegistrationOptions {
  endpoint: SipEndpoint
  log: Log
  /** `host` or `host:port`, as the server names itself. */
  server: string
  credentials: Credentials
  /** Seconds to ask for; the server may grant another number. */
  expires: number
  /** Finds the server's address, anew each time. */
  locate(): Promise<SipPeer>
  /** After a failure it is tried again after so long, then after twice as long each time, up to 32 times as long. */
  retryMs: number
}

/** `seconds`: for how long the server has granted it. */
export type RegistrationState = { registered: true; seconds: number } | { registered: false; why: string }

/** Our place in a SIP server's list of who can be called. */
export interface Registration {
  state(): RegistrationState
  /** Leaves the list; waits for the server at most so many milliseconds. */
  stop(limitMs: number): Promise<void>
}

/** Registers, and again before the time is over. */
export function register(options: RegistrationOptions): Registration {
  const { endpoint, log, server, credentials, retryMs } = options
  const callId = newSipCallId()
  const from = { uri: `sip:${credentials.user}@${readServer(server).host}`, params: { tag: newTag() } }
  let expires = options.expires
  let seq = 0
  let failures = 0
  let timer: NodeJS.Timeout | undefined
  let isStopped = false
  let state: RegistrationState = { registered: false, why: 'It has only begun.' }

  async function again(): Promise<void> {
    try {
      const response = await ask(expires)
      if (response.status === 423) return tooBrief(response)
      if (response.status >= 300) throw new Error(`${response.status} ${response.reason}`.trim())
      if (!state.registered) log.info({ server }, 'registered at the SIP server')
      const seconds = grantedBy(response) ?? expires
      state = { registered: true, seconds }
      failures = 0
      // At nine tenths of the time.
      later(seconds * 900)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      log.warn({ server, why }, 'the SIP server did not register us')
      state = { registered: false, why }
      later(retryMs * 2 ** Math.min(failures++, 5))
    }
  }

  function tooBrief({ headers }: SipResponse): void {
    const least = Number(headers['min-expires'])
    if (!(least > expires && least <= 86_400)) throw new Error('423 Interval Too Brief')
    expires = least
    later(0)
  }

  function later(ms: number): void {
    if (!isStopped) timer = setTimeout(() => void again(), ms)
  }

  async function ask(seconds: number): Promise<SipResponse> {
    const peer = await options.locate()
    const address = await endpoint.addressFor(peer)
    let proof: Partial<SipRequest['headers']> = {}
    for (let proofs = 0; ; proofs++) {
      const request = requestFor(peer, address, seconds, proof)
      const response = await finalAnswer(endpoint, peer, request)
      const isAsked = response.status === 401 || response.status === 407
      if (!isAsked || proofs > 1 || (proofs === 1 && !isStale(response))) return response
      const found = answerChallenge(request, response, credentials)
      if (!found) return response
      proof = found
    }
  }

  function requestFor(
    peer: SipPeer,
    address: string,
    seconds: number,
    proof: Partial<SipRequest['headers']>,
  ): SipRequest {
    return {
      method: 'REGISTER',
      uri: `sip:${server}${peer.protocol === 'TCP' ? ';transport=tcp' : ''}`,
      headers: {
        via: [],
        from,
        to: { uri: from.uri, params: {} },
        'call-id': callId,
        cseq: { seq: ++seq, method: 'REGISTER' },
        contact: [{ uri: contactUri(credentials.user, address, endpoint.port, peer), params: {} }],
        expires: seconds,
        ...proof,
      },
    }
  }

  void again()
  return {
    state: () => state,
    async stop(limitMs) {
      isStopped = true
      clearTimeout(timer)
      if (!state.registered) return
      state = { registered: false, why: 'It was stopped.' }
      const left = ask(0).catch((error) => log.debug({ error }, 'the SIP server was not told that we leave'))
      await within(limitMs, left)
    },
  }
}

function finalAnswer(endpoint: SipEndpoint, peer: SipPeer, request: SipRequest): Promise<SipResponse> {
  return new Promise((resolve) => {
    endpoint.request(peer, request, (response) => {
      if (response.status >= 200) resolve(response)
    })
  })
}

/** Seconds: of our contact, else of the whole answer. */
function grantedBy({ headers: { contact, expires } }: SipResponse): number | undefined {
  const ofContact = Array.isArray(contact) && contact.length === 1 ? contact[0]!.params.expires : undefined
  const seconds = Number(ofContact ?? expires)
  return seconds >= 1 && seconds <= 604_800 ? seconds : undefined
}
