import { once } from 'node:events'
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { signatureFault } from '../../../adapters/kit/signed-body.ts'
import { type GenericEvent, genericEventSchema } from '../../../adapters/voice/generic/contract.ts'

/** Parley's hook, as far as a phone system sees it: it checks what it is sent against the contract. */
export interface EventReceiver {
  url: string
  /** Every event that was taken, once, in the order in which they came. */
  events: GenericEvent[]
  /** What was refused for not being as agreed. */
  faults: string[]
  /** What is answered to `call.incoming`; undefined: nothing. */
  answer: unknown
  /** The status of the next answers, instead of taking what comes. */
  failures: number[]
  /** Waits for an event of that kind; throws when a call ended without it, and after 15 seconds. */
  until(event: GenericEvent['event']): Promise<GenericEvent>
  /** Waits for the end of a call. */
  ended(): Promise<GenericEvent>
  stop(): Promise<void>
}

const endings = /^call\.(completed|busy|no_answer|failed|canceled)$/

export async function receiveEvents(secret: string): Promise<EventReceiver> {
  const waiting = new Set<() => void>()
  const known = new Set<string>()
  const server = createServer(async (request, response) => {
    const body = await buffer(request)
    const failure = receiver.failures.shift()
    if (failure !== undefined) {
      response.writeHead(failure).end()
      return
    }
    const fault = signatureFault({ header: String(request.headers['x-signature'] ?? ''), body }, secret, new Date())
    const read = genericEventSchema.strict().safeParse(JSON.parse(body.toString()))
    if (fault || !read.success) {
      receiver.faults.push(fault ?? String(read.error))
      response.writeHead(400).end()
      return
    }
    if (!known.has(read.data.id)) receiver.events.push(read.data)
    known.add(read.data.id)
    const answer = read.data.event === 'call.incoming' ? receiver.answer : undefined
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(answer === undefined ? '' : JSON.stringify(answer))
    for (const look of waiting) look()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const receiver: EventReceiver = {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}/hooks/voice`,
    events: [],
    faults: [],
    answer: undefined,
    failures: [],
    until: (event) => wait(event, (each) => each.event === event),
    ended: () => wait('end', (each) => endings.test(each.event)),
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  function wait(what: string, is: (event: GenericEvent) => boolean): Promise<GenericEvent> {
    return new Promise((resolve, reject) => {
      const end = (give: () => void) => {
        clearTimeout(limit)
        waiting.delete(look)
        give()
      }
      const refuse = () =>
        end(() => reject(new Error(`There was no ${what}; there was: ${JSON.stringify(receiver.events, null, 1)}`)))
      const limit = setTimeout(refuse, 15_000)
      const look = () => {
        const found = receiver.events.find(is)
        if (found) end(() => resolve(found))
        else if (receiver.events.some((each) => endings.test(each.event))) refuse()
      }
      waiting.add(look)
      look()
    })
  }
  return receiver
}
