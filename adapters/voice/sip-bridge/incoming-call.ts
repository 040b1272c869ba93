import { AppError, messageOf } from '../../../src/platform/errors.ts'
import { type Acceptance, acceptInvite } from './accept-invite.ts'
import type { CallRecord, EventDetail, EventName } from './call-book.ts'
import { type Dialog, dialogOfInvite, isIn } from './dialog.ts'
import { type Leg, sayBye, startLeg } from './leg.ts'
import { allowed, contactUri, type Ender, type Line, type LiveCall, type Treatment } from './line.ts'
import type { RtpSession } from './rtp.ts'
import { answerAudio, offerAudio, type RemoteAudio, readAudio } from './sdp.ts'
import { withTag } from './sip-endpoint.ts'
import type { SipRequest } from './sip-message.ts'
import type { SipPeer } from './sip-transport.ts'

/** What is to be done with a call that comes in; undefined leaves it ringing for a command. */
export type Decision = { answer: true; treatment: Treatment } | { answer: false; status: 486 | 603 }

export interface IncomingOptions {
  record: CallRecord
  invite: SipRequest
  from: SipPeer
  /** Reads what the receiver of `call.incoming` says. Throws when it cannot be done. */
  decide(answer: unknown): Promise<Decision | undefined>
  /** Called once, when the call is over. */
  onEnd(): void
}

/** Takes a call: it rings, and is answered or refused as we are told. */
export function takeCall(line: Line, { record, invite, from, decide, onEnd }: IncomingOptions): LiveCall {
  const { endpoint, timers } = line
  const to = withTag(invite.headers.to)
  const dialog: Dialog = dialogOfInvite(invite, to, from)
  let audio: RtpSession | undefined
  let leg: Leg | undefined
  let accepted: Acceptance | undefined
  const keys: string[] = []
  let isDecided = false
  let isOver = false
  const unanswered = { reason: 'Nobody said what to do with the call.', hangup_by: 'us' } as const
  const patience = setTimeout(
    () => refuse(480, 'Temporarily Unavailable', 'call.no_answer', unanswered),
    timers.decision,
  )

  endpoint.respond(invite, 180, 'Ringing', { to })
  record.tell('call.incoming', {}, (answer) => {
    void follow(answer)
  })

  async function follow(said: unknown): Promise<void> {
    try {
      const decision = await decide(said)
      if (!decision || isDecided || isOver) return
      isDecided = true
      if (decision.answer) await accept(decision.treatment)
      else if (decision.status === 486) refuse(486, 'Busy Here', 'call.busy', { hangup_by: 'us' })
      else refuse(603, 'Decline', 'call.failed', { reason: 'The call was declined.', hangup_by: 'us' })
    } catch (error) {
      line.log.warn({ error, call: record.call.id }, 'a call cannot be answered as ordered')
      const detail = { reason: messageOf(error).slice(0, 500), hangup_by: 'system' } as const
      refuse(480, 'Temporarily Unavailable', 'call.failed', detail)
    }
  }

  async function accept(treatment: Treatment): Promise<void> {
    const address = await endpoint.addressFor(from)
    const opened = await line.openAudio(record.call.id, (key) => (leg ? leg.press(key) : keys.push(key)))
    if (isOver) return opened.close()
    audio = opened
    clearTimeout(patience)
    const own = { address, port: opened.port }
    const offer = invite.content ? readAudio(invite.content) : undefined
    const contact = [{ uri: contactUri('parley', address, endpoint.port, from), params: {} }]
    const routes = invite.headers['record-route']
    const headers = { contact, allow: allowed, 'content-type': 'application/sdp', 'record-route': routes }
    const content = offer ? answerAudio(own, offer) : offerAudio(own)
    const begin = (remote: RemoteAudio | undefined) => {
      if (!remote) return lose(488, 'The caller named no audio that we have.')
      leg = startLeg({ line, record, dialog, audio: opened, address, remote, treatment, onEnd })
      for (const key of keys.splice(0)) leg.press(key)
    }
    if (offer) opened.connect(offer)
    const acceptance = acceptInvite(endpoint, invite, { to, headers, content }, timers, () =>
      lose(408, 'The caller never confirmed our answer.'),
    )
    accepted = {
      stop: acceptance.stop,
      take(ack) {
        if (!acceptance.take(ack)) return false
        if (!leg && !isOver) begin(offer ?? (ack.content ? readAudio(ack.content) : undefined))
        return true
      },
    }
  }

  /** Ends a call that was answered, but never came to be. */
  function lose(status: number, reason: string): void {
    sayBye(line, dialog)
    end('call.failed', { sip_status: status, reason, hangup_by: 'system' })
  }

  function refuse(status: number, reason: string, event: EventName, detail: EventDetail): void {
    if (isOver || leg || accepted) return
    endpoint.respond(invite, status, reason, { to })
    end(event, { sip_status: status, ...detail })
  }

  function take(request: SipRequest): void {
    const { method } = request
    if (leg) {
      // The ACK of our answer may come again, after the repetition of a 200.
      if (method !== 'ACK' || !accepted?.take(request)) leg.take(request)
    } else if (method === 'ACK') accepted?.take(request)
    else if (method === 'CANCEL') canceled(request)
    else if (method === 'BYE' && isIn(dialog, request)) canceled(request)
    else endpoint.respond(request, 481, 'Call/Transaction Does Not Exist')
  }

  /** A CANCEL that comes after our answer changes nothing: the caller says BYE then. */
  function canceled(request: SipRequest): void {
    endpoint.respond(request, 200, 'OK', { to })
    if (!accepted) refuse(487, 'Request Terminated', 'call.canceled', { hangup_by: 'caller' })
    else if (request.method === 'BYE') end('call.canceled', { hangup_by: 'caller' })
  }

  function end(event: EventName, detail: EventDetail): void {
    if (isOver) return
    isOver = true
    clearTimeout(patience)
    accepted?.stop()
    audio?.close()
    record.tell(event, detail)
    onEnd()
  }

  return {
    take,
    play(sound) {
      if (!leg) throw new AppError('conflict', 'The call is not answered yet.')
      leg.play(sound)
    },
    hangUp(by: Ender, reason) {
      if (leg) leg.hangUp(by, reason)
      else if (accepted) lose(487, reason ?? 'The call was hung up.')
      else refuse(603, 'Decline', 'call.canceled', { hangup_by: by, ...(reason && { reason }) })
    },
  }
}
