import { randomBytes } from 'node:crypto'
import { AppError, messageOf } from '../../../src/platform/errors.ts'
import type { CallRecord, EventDetail, EventName } from './call-book.ts'
import type { CallTarget } from './call-target.ts'
import { type Dialog, dialogOfAnswer, hopOf, requestIn } from './dialog.ts'
import { answerChallenge, isStale } from './digest.ts'
import { type Leg, sayBye, startLeg } from './leg.ts'
import { allowed, contactUri, type Ender, type Line, type LiveCall, type Treatment } from './line.ts'
import type { RtpSession } from './rtp.ts'
import { offerAudio, readAudio } from './sdp.ts'
import { newTag } from './sip-endpoint.ts'
import type { SipRequest, SipResponse } from './sip-message.ts'

export interface OutgoingOrder {
  record: CallRecord
  target: CallTarget
  treatment: Treatment
  /** Called once, when the call is over. */
  onEnd(): void
}

/** Why we take a call back before it is answered. */
type Withdrawal = { event: 'call.no_answer' | 'call.canceled'; detail: EventDetail }

/** Calls somebody. Whatever the other side does or leaves undone, the call ends and its end is told. */
export function placeCall(line: Line, { record, target, treatment, onEnd }: OutgoingOrder): LiveCall {
  const { endpoint, timers } = line
  const { peer, credentials } = target
  const callId = record.call.sip_call_id!
  const from = { uri: target.from, params: { tag: newTag() } }
  let invite: SipRequest | undefined
  let audio: RtpSession | undefined
  let ownAddress = ''
  let leg: Leg | undefined
  let isHeard = false
  let isRinging = false
  let proofs = 0
  let withdrawn: Withdrawal | undefined
  let isOver = false
  let patience: NodeJS.Timeout | undefined
  const ringing = setTimeout(() => withdraw(noAnswer), target.ringSeconds * 1000)

  record.tell('call.initiated')
  begin().catch((error) => end('call.failed', { reason: messageOf(error), hangup_by: 'system' }))

  async function begin(): Promise<void> {
    ownAddress = await endpoint.addressFor(peer)
    audio = await line.openAudio(record.call.id, (key) => leg?.press(key))
    if (isOver) audio.close()
    else sendInvite(1, {})
  }

  function sendInvite(seq: number, proof: Partial<SipRequest['headers']>): void {
    const user = /^sip:([^@]+)@/.exec(target.from)?.[1] ?? 'parley'
    const sent: SipRequest = {
      method: 'INVITE',
      uri: target.uri,
      headers: {
        via: [],
        from,
        to: { uri: target.uri.replace(/;.*/, ''), params: {} },
        'call-id': callId,
        cseq: { seq, method: 'INVITE' },
        contact: [{ uri: contactUri(user, ownAddress, endpoint.port, peer), params: {} }],
        allow: allowed,
        'content-type': 'application/sdp',
        ...proof,
      },
      content: offerAudio({ address: ownAddress, port: audio!.port }),
    }
    invite = sent
    endpoint.request(peer, sent, (response) => take(response, sent))
  }

  function take(response: SipResponse, sent: SipRequest): void {
    const { status } = response
    if (status >= 200 && status < 300) answered(response, sent)
    else if (isOver || leg || sent !== invite) return
    else if (status < 200) progress(status)
    else if ((status === 401 || status === 407) && prove(response, sent)) return
    else refused(response)
  }

  function progress(status: number): void {
    if (!isHeard && withdrawn) endpoint.cancel(peer, invite!)
    isHeard = true
    if (isRinging || withdrawn || status < 180) return
    isRinging = true
    record.tell('call.ringing')
  }

  function prove(response: SipResponse, sent: SipRequest): boolean {
    if (withdrawn || !credentials || proofs > 1 || (proofs === 1 && !isStale(response))) return false
    const proof = answerChallenge(sent, response, credentials)
    if (!proof) return false
    proofs++
    isHeard = false
    sendInvite(sent.headers.cseq.seq + 1, proof)
    return true
  }

  function answered(response: SipResponse, sent: SipRequest): void {
    const tag = response.headers.to.params.tag
    const dialog = leg && leg.dialog.remote.params.tag === tag ? leg.dialog : dialogOfAnswer(sent, response, peer)
    acknowledge(dialog, sent)
    if (dialog === leg?.dialog) return
    // It crossed our CANCEL, came too late, or is a second phone of a number that rings several.
    if (isOver || leg || withdrawn) {
      sayBye(line, dialog, credentials)
      if (!leg && withdrawn) end(withdrawn.event, withdrawn.detail)
      return
    }
    const remote = response.content ? readAudio(response.content) : undefined
    clearTimeout(ringing)
    if (remote) {
      leg = startLeg({
        line,
        record,
        dialog,
        audio: audio!,
        address: ownAddress,
        remote,
        treatment,
        credentials,
        onEnd,
      })
    } else {
      sayBye(line, dialog, credentials)
      end('call.failed', { sip_status: 488, reason: 'The answer holds no audio that we have.', hangup_by: 'us' })
    }
  }

  function acknowledge(dialog: Dialog, sent: SipRequest): void {
    const { authorization, 'proxy-authorization': proxy } = sent.headers
    const ack = requestIn(dialog, 'ACK')
    if (authorization) ack.headers.authorization = authorization
    if (proxy) ack.headers['proxy-authorization'] = proxy
    endpoint.acknowledge(hopOf(dialog, line.admits, endpoint.isConnected), ack)
  }

  function refused({ status, reason }: SipResponse): void {
    const said = [...reason].filter((sign) => sign >= ' ').join('')
    const why = { sip_status: status, reason: said.slice(0, 200) || `SIP ${status}`, hangup_by: 'callee' } as const
    if (withdrawn) end(withdrawn.event, withdrawn.detail)
    else end(status === 486 || status === 600 ? 'call.busy' : 'call.failed', why)
  }

  /** A CANCEL may go only after the first sign of life (RFC 3261, 9.1); a server without one is dead. */
  function withdraw(why: Withdrawal): void {
    if (withdrawn || isOver || leg) return
    withdrawn = why
    clearTimeout(ringing)
    if (isHeard) endpoint.cancel(peer, invite!)
    patience = setTimeout(() => {
      if (isHeard || why.event === 'call.canceled') end(why.event, why.detail)
      else
        end('call.failed', {
          reason: `The SIP server ${peer.address}:${peer.port} does not answer.`,
          hangup_by: 'system',
        })
    }, timers.grace)
  }

  function end(event: EventName, detail: EventDetail): void {
    if (isOver) return
    isOver = true
    clearTimeout(ringing)
    clearTimeout(patience)
    audio?.close()
    record.tell(event, detail)
    onEnd()
  }

  return {
    take(request) {
      if (leg) leg.take(request)
      else if (request.method !== 'ACK') endpoint.respond(request, 481, 'Call/Transaction Does Not Exist')
    },
    play(sound) {
      if (!leg) throw new AppError('conflict', 'The call is not answered yet.')
      leg.play(sound)
    },
    hangUp(by: Ender, reason) {
      if (leg) leg.hangUp(by, reason)
      else withdraw({ event: 'call.canceled', detail: { hangup_by: by, ...(reason && { reason }) } })
    },
  }
}

const noAnswer: Withdrawal = {
  event: 'call.no_answer',
  detail: { reason: 'Nobody answered in time.', hangup_by: 'us' },
}

/** A name for a call in SIP, which nobody can guess. */
export function newSipCallId(): string {
  return `${randomBytes(16).toString('hex')}@parley`
}
