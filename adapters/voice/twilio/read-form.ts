import type { CallStep, Happening } from '../happening.ts'

/** The fields of Twilio's forms that tell of a call (twilio.com/docs/voice/twiml#request-parameters). */
export interface CallForm {
  fields: URLSearchParams
  call: string
  direction: 'inbound' | 'outbound'
  status: string
  /** The moment that Twilio tells, else that of its arrival. ISO 8601. */
  at: string
}

/** Reads a form; undefined when it tells of no call. */
export function readForm(fields: URLSearchParams, now: Date): CallForm | undefined {
  const call = fields.get('CallSid')
  if (!call || call.length > 200) return undefined
  const told = new Date(fields.get('Timestamp') ?? Number.NaN)
  return {
    fields,
    call,
    direction: (fields.get('Direction') ?? 'inbound').startsWith('outbound') ? 'outbound' : 'inbound',
    status: fields.get('CallStatus') ?? '',
    at: (Number.isNaN(told.getTime()) ? now : told).toISOString(),
  }
}

/** Which of our addresses a form is for, when the address itself does not say it. */
export function purposeOf({ fields, direction }: CallForm): 'voice' | 'recording' | 'status' {
  if (fields.has('RecordingSid') && fields.has('RecordingStatus')) return 'recording'
  const isStatus = ['CallbackSource', 'SequenceNumber', 'CallDuration'].some((name) => fields.has(name))
  return direction === 'inbound' && !isStatus ? 'voice' : 'status'
}

const steps: Record<string, CallStep> = {
  queued: 'initiated',
  initiated: 'initiated',
  ringing: 'ringing',
  'in-progress': 'answered',
  completed: 'completed',
  busy: 'busy',
  'no-answer': 'no_answer',
  failed: 'failed',
  canceled: 'canceled',
}

/** The step that a status is; undefined of one that is not known. */
export function stepOfStatus(form: CallForm): Happening | undefined {
  const step = steps[form.status]
  if (step === undefined) return undefined
  const { fields } = form
  const sequence = fields.get('SequenceNumber')
  const duration = fields.get('CallDuration')
  const sipStatus = fields.get('SipResponseCode')
  const reason = fields.get('ErrorMessage') ?? fields.get('ErrorCode')
  return {
    ...sidesOf(form),
    id: `${form.call}:${form.status}`,
    step,
    at: form.at,
    data: {
      ...(sequence !== null && { seq: Number(sequence) }),
      ...(duration !== null && { duration: Number(duration) }),
      ...(sipStatus !== null && { sipStatus: Number(sipStatus) }),
      ...(reason && { reason }),
    },
  }
}

/** Somebody calls us; we take the call as we answer. */
export function incoming(form: CallForm, isTaken: boolean): Happening[] {
  const name = form.fields.get('CallerName')
  const sides = sidesOf(form)
  return [
    { ...sides, id: `${form.call}:incoming`, step: 'incoming', at: form.at, ...(name && { name }) },
    ...(isTaken ? [{ ...sides, id: `${form.call}:in-progress`, step: 'answered' as const, at: form.at }] : []),
  ]
}

/** What was keyed in or said in a turn; undefined when nothing was. */
export function inputOf(form: CallForm, turn: string): Happening | undefined {
  const digits = form.fields.get('Digits')
  const speech = form.fields.get('SpeechResult')
  if (!digits && !speech) return undefined
  const confidence = form.fields.get('Confidence')
  return {
    ...sidesOf(form),
    id: `${form.call}:input:${turn}`,
    step: digits ? 'digits' : 'speech',
    at: form.at,
    text: digits || speech || '',
    data: !digits && confidence ? { confidence: Number(confidence) } : {},
  }
}

/** A recording that can be heard; undefined of one that cannot. Twilio does not say again who called whom. */
export function recordingOf(
  form: CallForm,
  sides: Pick<Happening, 'direction' | 'from' | 'to'>,
): Happening | undefined {
  const sid = form.fields.get('RecordingSid') ?? ''
  if (!/^RE[0-9a-zA-Z]{1,64}$/.test(sid) || form.fields.get('RecordingStatus') !== 'completed') return undefined
  const duration = Number(form.fields.get('RecordingDuration') ?? Number.NaN)
  return {
    ...sides,
    call: form.call,
    id: `${form.call}:recording:${sid}`,
    step: 'recording',
    at: form.at,
    recording: { ref: sid },
    data: Number.isNaN(duration) ? {} : { duration },
  }
}

/** What Twilio puts in the place of a number that is withheld: ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE as keys of a phone. */
const withheld = ['+266696687', '+7378742833', '+2562533', '+8656696', '+86282452253']

function sidesOf({ fields, call, direction }: CallForm): Pick<Happening, 'call' | 'direction' | 'from' | 'to'> {
  const from = fields.get('From') ?? ''
  return { call, direction, from: withheld.includes(from) ? 'anonymous' : from, to: fields.get('To') ?? '' }
}
