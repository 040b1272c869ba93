import { join } from 'node:path'
import type { Clock } from '../../../src/platform/clock.ts'
import { AppError } from '../../../src/platform/errors.ts'
import { uuid } from '../../../src/platform/ids.ts'
import type { Log } from '../../../src/platform/log.ts'
import { createSafeHttp } from '../../../src/platform/safe-http/safe-http.ts'
import { incomingAnswerSchema } from '../generic/contract.ts'
import { openCallBook } from './call-book.ts'
import { type CallOrder, findTarget } from './call-target.ts'
import { startCommandServer } from './command-server.ts'
import { createCommands } from './commands.ts'
import { type Decision, takeCall } from './incoming-call.ts'
import { openKeptCalls } from './kept-calls.ts'
import { allowed, type CallTimers, type Line, type LiveCall, usualTimers } from './line.ts'
import { newSipCallId, placeCall } from './outgoing-call.ts'
import { postEvent } from './post-event.ts'
import { type RegistrationState, register } from './registration.ts'
import { openRtp } from './rtp.ts'
import { readAudio } from './sdp.ts'
import { createServerList } from './server-list.ts'
import type { BridgeSettings } from './settings.ts'
import { openEndpoint } from './sip-endpoint.ts'
import { readUri, type SipRequest } from './sip-message.ts'
import type { SipPeer } from './sip-transport.ts'
import { fetchSound, prepareTreatment } from './treatment.ts'

/** The running bridge. */
export interface SipBridge {
  /** Where commands are taken. */
  address: string
  sipPort: number
  registration(): RegistrationState | undefined
  /** Ends all calls and tells their ends; what cannot be told now is told after the next start. */
  stop(): Promise<void>
}

/** In milliseconds; the usual ones where absent. */
export interface BridgeTimers extends CallTimers {
  /** After an event was not taken, it is sent again after so long, then after twice as long each time … */
  firstRetry: number
  /** … but at most after this. */
  mostRetry: number
  registrationRetry: number
  /** How long a stopping bridge tries to tell what is left. */
  stop: number
}

export interface BridgeParts {
  clock: Clock
  log: Log
  timers?: Partial<BridgeTimers>
}

const refreshNamesMs = 300_000

/** Starts the bridge between SIP and the generic contract. */
export async function startSipBridge(
  settings: BridgeSettings,
  { clock, log, ...parts }: BridgeParts,
): Promise<SipBridge> {
  const timers = { ...usualTimers, ...usualWaits, ...parts.timers }
  const { hostname, port } = new URL(settings.eventsUrl)
  const home = port ? `${hostname}:${port}` : hostname
  const http = createSafeHttp({ allowedPrivateHosts: [home, ...settings.allowPrivate] })
  const servers = createServerList(settings.servers)
  const live = new Map<string, LiveCall>()
  const bySipCallId = new Map<string, LiveCall>()
  const book = await openCallBook({
    kept: await openKeptCalls(join(settings.data, 'calls')),
    clock,
    log,
    post: (url = settings.eventsUrl, event, signal) =>
      postEvent(http, { url, event, signal, secret: settings.secret, at: clock.now() }),
    firstRetryMs: timers.firstRetry,
    mostRetryMs: timers.mostRetry,
  })
  await servers.refresh()
  const endpoint = await openEndpoint({
    address: settings.sip.host,
    port: settings.sip.port,
    advertise: settings.advertise,
    admits: servers.admits,
    onRequest: takeRequest,
    onFault: (error) => log.warn({ error }, 'a SIP message could not be worked on'),
  })
  const line: Line = {
    endpoint,
    clock,
    log,
    timers,
    admits: servers.admits,
    openAudio: (call, onKey) =>
      openRtp({
        address: settings.sip.host,
        ports: settings.rtpPorts,
        onKey,
        onStranger: (address) =>
          log.warn({ call, address }, 'audio of another sender than was agreed is not listened to'),
      }),
  }

  async function place(id: string, order: CallOrder, eventsUrl?: string): Promise<void> {
    if (book.knows(id)) return
    if (live.size >= settings.maxCalls) throw new AppError('unavailable', 'As many calls go on as may (--max-calls).')
    const target = await findTarget(order, servers, settings)
    const treatment = await prepareTreatment(http, order, false)
    if (book.knows(id)) return
    const call = {
      id,
      direction: 'outbound' as const,
      from: target.from.slice(4, 324),
      to: order.to,
      sip_call_id: newSipCallId(),
    }
    const record = book.open(call, eventsUrl)
    const limits = { ...treatment, maxSeconds: target.maxSeconds }
    keep(id, call.sip_call_id, (onEnd) => placeCall(line, { record, target, treatment: limits, onEnd }))
  }

  function keep(id: string, sipCallId: string, begin: (onEnd: () => void) => LiveCall): void {
    let isOver = false
    const call = begin(() => {
      isOver = true
      live.delete(id)
      // The peer may repeat what it said last.
      setTimeout(() => bySipCallId.delete(sipCallId), timers.acknowledgement).unref()
    })
    bySipCallId.set(sipCallId, call)
    if (!isOver) live.set(id, call)
  }

  function takeRequest(request: SipRequest, from: SipPeer): void {
    const { method, headers } = request
    const call = bySipCallId.get(headers['call-id'])
    if (method === 'INVITE' && !headers.to.params.tag) ring(request, from, call !== undefined)
    else if (call) call.take(request, from)
    else if (method !== 'ACK') turnAway(request)
  }

  function turnAway(request: SipRequest): void {
    const isOfCall = ['BYE', 'CANCEL', 'INVITE', 'INFO'].includes(request.method)
    if (isOfCall) endpoint.respond(request, 481, 'Call/Transaction Does Not Exist')
    else if (request.method === 'OPTIONS') endpoint.respond(request, 200, 'OK', { headers: { allow: allowed } })
    else endpoint.respond(request, 405, 'Method Not Allowed', { headers: { allow: allowed } })
  }

  function ring(invite: SipRequest, from: SipPeer, isKnown: boolean): void {
    const sipCallId = invite.headers['call-id']
    if (isKnown) endpoint.respond(invite, 482, 'Loop Detected')
    else if (live.size >= settings.maxCalls) endpoint.respond(invite, 486, 'Busy Here')
    else if (invite.content && !readAudio(invite.content)) endpoint.respond(invite, 488, 'Not Acceptable Here')
    else {
      const id = `sip_${uuid()}`
      const parties = { from: partyOf(invite.headers.from.uri), to: partyOf(invite.headers.to.uri) }
      const facts = { id, direction: 'inbound' as const, ...parties, sip_call_id: sipCallId.slice(0, 320) }
      const record = book.open(facts)
      keep(id, sipCallId, (onEnd) => takeCall(line, { record, invite, from, decide, onEnd }))
    }
  }

  async function decide(said: unknown): Promise<Decision | undefined> {
    if (said === undefined) return undefined
    const answer = incomingAnswerSchema.parse(said)
    if (!answer.answer) return { answer: false, status: answer.sip_status }
    // Nobody is left ringing for what we cannot do: the rest is done.
    if (answer.say || answer.speech || answer.record) log.warn('a call was to be spoken to, listened to or recorded')
    return { answer: true, treatment: await prepareTreatment(http, answer, answer.stay) }
  }

  const registration =
    settings.registration &&
    register({
      endpoint,
      log,
      server: settings.registration.server,
      credentials: settings.registration,
      expires: settings.registration.expires,
      locate: () => servers.find(settings.registration!.server, settings.registration!.tcp ? 'TCP' : 'UDP'),
      retryMs: timers.registrationRetry,
    })
  const commands = createCommands({
    secret: settings.secret,
    clock,
    place,
    find: (id) => live.get(id),
    fetchSound: (play) => fetchSound(http, play),
  })
  const server = await startCommandServer({
    ...settings.listen,
    log,
    onCommand: commands,
    health: () => ({ status: 'ok', calls: live.size, registration: registration?.state() }),
  })
  const refreshing = setInterval(() => void servers.refresh(), refreshNamesMs)

  return {
    address: `http://${settings.listen.host}:${server.port}`,
    sipPort: endpoint.port,
    registration: () => registration?.state(),
    async stop() {
      clearInterval(refreshing)
      await server.close()
      for (const call of [...live.values()]) call.hangUp('system', 'The SIP bridge is being stopped.')
      await Promise.all([registration?.stop(timers.stop), endpoint.settle(timers.stop)])
      await book.settle(timers.stop)
      await book.close()
      await endpoint.close()
      await http.close()
    },
  }
}

const usualWaits = { firstRetry: 1_000, mostRetry: 60_000, registrationRetry: 10_000, stop: 2_000 }

/** The number or the name in a SIP address, or the whole address when it has neither. */
function partyOf(uri: string): string {
  const user = readUri(uri)?.user?.replaceAll(/%2b/gi, '+').replaceAll(/%23/g, '#')
  return (user && /^\+?[\d*#]+$/.test(user) ? user : uri).slice(0, 320)
}
