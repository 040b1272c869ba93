import { AppError } from '../../../src/platform/errors.ts'
import { type Acceptance, acceptInvite } from './accept-invite.ts'
import type { CallRecord, EventDetail } from './call-book.ts'
import { type Dialog, hopOf, isIn, requestIn } from './dialog.ts'
import { answerChallenge, type Credentials } from './digest.ts'
import { keyOfInfo } from './dtmf.ts'
import { createKeySeries } from './key-series.ts'
import { allowed, contactUri, type Ender, type Line, type Treatment } from './line.ts'
import type { RtpSession } from './rtp.ts'
import { answerAudio, offerAudio, type RemoteAudio, readAudio } from './sdp.ts'
import type { SipRequest } from './sip-message.ts'
import type { Sound } from './wav.ts'

/** A call that was answered, whoever called. */
export interface Leg {
  dialog: Dialog
  /** A request of the peer in this dialog. */
  take(request: SipRequest): void
  /** A key that was pressed. */
  press(key: string): void
  /** Plays after what is being played. */
  play(sound: Sound): void
  /** Says BYE and tells the end. */
  hangUp(by: Ender, reason?: string): void
}

export interface LegOptions {
  line: Line
  record: CallRecord
  dialog: Dialog
  audio: RtpSession
  /** The address of our audio, as the peer was told. */
  address: string
  remote: RemoteAudio
  treatment: Treatment
  credentials?: Credentials
  /** Called once, when the call is over. */
  onEnd(): void
}

const mostKeys = 1_000
/** What follows the sound, so that its end does not lie in the other side's buffer when the call ends. */
const tailSamples = 1_600

/** Tells that the call is answered, and does in it what was ordered. */
export function startLeg(options: LegOptions): Leg {
  const { line, record, dialog, audio, treatment, onEnd } = options
  const begun = line.clock.now().getTime()
  const peerIs: Ender = record.call.direction === 'inbound' ? 'caller' : 'callee'
  // In a call that goes on each answer moves it; else the call ends with the one that was waited for.
  const answers =
    treatment.stay && treatment.digits
      ? createKeySeries({
          max: treatment.digits.max,
          pauseMs: line.timers.keyPause,
          tell: (digit) => record.tell('call.dtmf', { digit }),
        })
      : undefined
  let collecting = treatment.stay ? undefined : treatment.digits
  let pressed = 0
  let played: Promise<boolean> = Promise.resolve(true)
  let patience: NodeJS.Timeout | undefined
  let accepted: Acceptance | undefined
  let over = false
  const longest = setTimeout(() => hangUp('us', 'The longest time for the call was over.'), treatment.maxSeconds * 1000)

  record.tell('call.answered')
  audio.connect(options.remote)
  void begin()

  async function begin(): Promise<void> {
    if (treatment.sound) play(treatment.sound)
    for (let last: Promise<unknown> | undefined; last !== played; ) {
      last = played
      await last
    }
    if (over) return
    if (collecting) waitForKey()
    else if (!treatment.stay) hangUp('us')
  }

  function play(sound: Sound): void {
    if (over) throw new AppError('conflict', 'The call is over.')
    const whole = new Int16Array(sound.length + tailSamples)
    whole.set(sound)
    played = played.then(() => (over ? false : audio.play(whole)))
  }

  function waitForKey(): void {
    clearTimeout(patience)
    if (collecting) patience = setTimeout(collected, collecting.seconds * 1000)
  }

  function collected(): void {
    clearTimeout(patience)
    collecting = undefined
    hangUp('us')
  }

  function press(key: string): void {
    if (over || pressed >= mostKeys) return
    pressed++
    // Who presses a key knows what would be said.
    if (treatment.digits) audio.stopPlaying()
    if (answers) answers.press(key)
    else {
      record.tell('call.dtmf', { digit: key })
      if (collecting && (pressed >= collecting.max || key === '#')) collected()
      else waitForKey()
    }
  }

  function take(request: SipRequest): void {
    const { method } = request
    if (method === 'ACK') accepted?.take(request)
    else if (!isIn(dialog, request)) answer(request, 481, 'Call/Transaction Does Not Exist')
    else if (method === 'BYE') {
      answer(request, 200, 'OK')
      end({ hangup_by: peerIs })
    } else if (method === 'INFO') {
      const key = keyOfInfo(request.headers['content-type'] ?? '', request.content ?? '')
      answer(request, 200, 'OK')
      if (key !== undefined) press(key)
    } else if (method === 'INVITE') void renew(request)
    else if (method === 'OPTIONS') line.endpoint.respond(request, 200, 'OK', { headers: { allow: allowed } })
    else line.endpoint.respond(request, 405, 'Method Not Allowed', { headers: { allow: allowed } })
  }

  function answer(request: SipRequest, status: number, reason: string): void {
    line.endpoint.respond(request, status, reason)
  }

  /** The peer moves its audio, puts us on hold or asks whether we are still there. */
  async function renew(invite: SipRequest): Promise<void> {
    const remote = invite.content ? readAudio(invite.content) : undefined
    if (invite.content && !remote) return answer(invite, 488, 'Not Acceptable Here')
    const own = { address: options.address, port: audio.port }
    const to = await line.endpoint.addressFor(dialog.peer)
    if (over) return answer(invite, 481, 'Call/Transaction Does Not Exist')
    accepted?.stop()
    if (remote) audio.connect(remote)
    const contact = [{ uri: contactUri('parley', to, line.endpoint.port, dialog.peer), params: {} }]
    const headers = { contact, 'content-type': 'application/sdp', allow: allowed }
    const content = remote ? answerAudio(own, remote) : offerAudio(own)
    accepted = acceptInvite(line.endpoint, invite, { headers, content }, line.timers, () => hangUp('system'))
  }

  function hangUp(by: Ender, reason?: string): void {
    if (over) return
    sayBye(line, dialog, options.credentials)
    end({ hangup_by: by, ...(reason && { reason }) })
  }

  function end(detail: EventDetail): void {
    if (over) return
    answers?.end()
    over = true
    clearTimeout(longest)
    clearTimeout(patience)
    accepted?.stop()
    audio.close()
    const duration = Math.round((line.clock.now().getTime() - begun) / 100) / 10
    record.tell('call.completed', { duration, ...detail })
    onEnd()
  }

  return {
    dialog,
    take,
    press,
    play,
    hangUp,
  }
}

/** Ends a dialog; the answer changes nothing for us, unless a proxy asks for the password first. */
export function sayBye(line: Line, dialog: Dialog, credentials?: Credentials): void {
  const hop = hopOf(dialog, line.admits, line.endpoint.isConnected)
  const bye = requestIn(dialog, 'BYE')
  line.endpoint.request(hop, bye, (response) => {
    if (!credentials || (response.status !== 401 && response.status !== 407)) return
    const proof = answerChallenge(bye, response, credentials)
    if (!proof) return
    const again = requestIn(dialog, 'BYE')
    line.endpoint.request(hop, { ...again, headers: { ...again.headers, ...proof } }, () => {})
  })
}
