import { Broken, startVendorServer, type VendorRequest, type VendorServer } from './vendor-server.ts'

/** Fields of creating a call, with the form that each has (twilio.com/docs/voice/api/call-resource). */
const createFields: Record<string, RegExp> = {
  To: /^(\+[1-9]\d{6,14}|sips?:[^@\s]+@[^@\s]+)$/,
  From: /^.{1,100}$/,
  Twiml: /^<\?xml[\s\S]{1,3990}$/,
  Timeout: /^([1-9]\d?|[1-5]\d\d|600)$/,
  TimeLimit: /^\d{1,5}$/,
  StatusCallback: /^https?:\/\//,
  StatusCallbackMethod: /^POST$/,
  StatusCallbackEvent: /^(initiated|ringing|answered|completed)$/,
  Record: /^(true|false)$/,
  RecordingStatusCallback: /^https?:\/\//,
  RecordingStatusCallbackEvent: /^(in-progress|completed|absent)$/,
  SipAuthUsername: /^.+$/,
  SipAuthPassword: /^.+$/,
}
const updateFields: Record<string, RegExp> = { Twiml: createFields.Twiml! }
const numberFields: Record<string, RegExp> = {
  VoiceUrl: /^https?:\/\//,
  VoiceMethod: /^POST$/,
  StatusCallback: /^https?:\/\//,
  StatusCallbackMethod: /^POST$/,
}
/** The verbs of TwiML, with their attributes (twilio.com/docs/voice/twiml). */
const verbs: Record<string, string[]> = {
  Response: [],
  Say: ['language', 'voice', 'loop'],
  Play: ['loop', 'digits'],
  Gather: [
    'input',
    'action',
    'method',
    'timeout',
    'finishOnKey',
    'numDigits',
    'speechTimeout',
    'language',
    'actionOnEmptyResult',
  ],
  Hangup: [],
  Reject: ['reason'],
  Start: [],
  Recording: ['recordingStatusCallback', 'recordingStatusCallbackEvent'],
}

/** A stand-in for Twilio's REST API that takes only what is documented. */
export interface TwilioApi extends VendorServer {
  calls: { sid: string; fields: URLSearchParams }[]
  /** TwiML that calls were given while they went on. */
  updates: { sid: string; twiml: string }[]
  number: URLSearchParams | undefined
  /** What a call is said to be; `completed` refuses updates. */
  status: Map<string, string>
}

export async function startTwilioApi(options: {
  account: string
  authToken: string
  number: string
}): Promise<TwilioApi> {
  const state: Pick<TwilioApi, 'calls' | 'updates' | 'status' | 'number'> = {
    calls: [],
    updates: [],
    status: new Map(),
    number: undefined,
  }
  const basic = `Basic ${Buffer.from(`${options.account}:${options.authToken}`).toString('base64')}`
  const server = await startVendorServer({
    meets: ({ path, method }) => path.includes('/Calls') && method === 'POST',
    over: { status: 400, body: { code: 21220, message: 'Call is not in-progress. Cannot redirect.', status: 400 } },
    refusal: (status, message) => ({ code: 20001, message, status }),
    answer(request) {
      if (request.headers.authorization !== basic) throw new Broken(401, 'Authenticate')
      return answer(request, options, state)
    },
  })
  return {
    ...server,
    calls: state.calls,
    updates: state.updates,
    status: state.status,
    get number() {
      return state.number
    },
  }
}

function answer(
  { method, path, query, body }: VendorRequest,
  { account, number }: { account: string; number: string },
  state: Pick<TwilioApi, 'calls' | 'updates' | 'status' | 'number'>,
) {
  const root = `/2010-04-01/Accounts/${account}`
  if (method === 'GET' && path === `${root}.json`) return { status: 200, body: { sid: account, status: 'active' } }
  if (method === 'GET' && path === `${root}/IncomingPhoneNumbers.json`) {
    const has = query.get('PhoneNumber') === number
    return { status: 200, body: { incoming_phone_numbers: has ? [{ sid: 'PN1', phone_number: number }] : [] } }
  }
  if (method === 'POST' && path === `${root}/IncomingPhoneNumbers/PN1.json`) {
    state.number = read(body, numberFields)
    return { status: 200, body: { sid: 'PN1' } }
  }
  if (method === 'POST' && path === `${root}/Calls.json`) {
    const fields = read(body, createFields)
    for (const name of ['To', 'From', 'Twiml']) if (!fields.has(name)) throw new Broken(400, `${name} is missing`)
    checkTwiml(fields.get('Twiml')!)
    const sid = `CA${String(state.calls.length + 1).padStart(32, '0')}`
    state.calls.push({ sid, fields })
    return { status: 201, body: { sid, status: 'queued' } }
  }
  const [, sid] = new RegExp(`^${root}/Calls/(CA\\w+)\\.json$`).exec(path) ?? []
  if (sid && method === 'GET') return { status: 200, body: { sid, status: state.status.get(sid) ?? 'completed' } }
  if (sid && method === 'POST') {
    const twiml = read(body, updateFields).get('Twiml')!
    checkTwiml(twiml)
    if ((state.status.get(sid) ?? 'in-progress') !== 'in-progress') {
      return { status: 400, body: { code: 21220, message: 'Call is not in-progress. Cannot redirect.', status: 400 } }
    }
    state.updates.push({ sid, twiml })
    return { status: 200, body: { sid, status: 'in-progress' } }
  }
  throw new Broken(404, `there is no ${method} ${path}`)
}

function read(body: string, known: Record<string, RegExp>): URLSearchParams {
  const fields = new URLSearchParams(body)
  for (const [name, value] of fields) {
    if (!known[name]) throw new Broken(400, `the field ${name} is not known`)
    if (!known[name].test(value)) throw new Broken(400, `${name} is wrong: ${value}`)
  }
  return fields
}

/** Well-formed, and of known verbs and attributes alone. */
export function checkTwiml(twiml: string): void {
  const text = twiml.replace(/^<\?xml[^>]*\?>/, '')
  const open: string[] = []
  for (const [, close, name = '', attributes = '', self] of text.matchAll(
    /<(\/?)(\w+)((?:\s+\w+="[^"<]*")*)\s*(\/?)>/g,
  )) {
    if (close) {
      if (open.pop() !== name) throw new Broken(400, `TwiML: </${name}> closes nothing`)
      continue
    }
    if (!verbs[name]) throw new Broken(400, `TwiML has no ${name}`)
    for (const [, attribute = ''] of attributes.matchAll(/(\w+)="/g)) {
      if (!verbs[name].includes(attribute)) throw new Broken(400, `${name} has no ${attribute}`)
    }
    if (!self) open.push(name)
  }
  if (open.length > 0) throw new Broken(400, `TwiML: ${open.join(', ')} is not closed`)
  const rest = text.replaceAll(/<\/?\w+(?:\s+\w+="[^"<]*")*\s*\/?>/g, '')
  if (/[<>]/.test(rest) || /&(?!(amp|lt|gt|quot|apos);)/.test(text)) throw new Broken(400, 'TwiML is not well-formed')
}
