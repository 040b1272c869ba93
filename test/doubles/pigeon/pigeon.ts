import { z } from 'zod'
import type { GroupProgress, GroupRequest, MadeGroup, SignInStep } from '../../../src/conversations/abilities.ts'
import type {
  Capabilities,
  ChannelAdapter,
  ChannelContext,
  ChannelDefinition,
  Outbound,
  Target,
} from '../../../src/conversations/channel.ts'
import { SendError } from '../../../src/conversations/channel.ts'
import type { SignInState } from '../../../src/conversations/channel-tools.ts'
import type { ChannelEvent, WorkEvent } from '../../../src/conversations/event.ts'
import { mediaKinds } from '../../../src/conversations/message.ts'
import { AppError } from '../../../src/platform/errors.ts'

const pigeonSettings = z.object({
  secret: z.string().default('grain').meta({ secret: true }),
  can: z.record(z.string(), z.unknown()).default({}),
})

/** What can be done to the pigeons, and seen of them, from outside of the program. */
export interface Loft {
  definition: ChannelDefinition
  sent: { target: Target; outbound: Outbound }[]
  work: WorkEvent[]
  /** Each attempt to make a group, with how far the earlier ones came. */
  groups: { request: GroupRequest; progress: GroupProgress }[]
  /** How many groups there are. */
  made: number
  steps: SignInStep[]
  /** Rings of people who cannot be brought into a group. */
  refuse: string[]
  /** Whether those cannot be written to either. */
  shut: boolean
  /** The next sending, work or step of a group fails with these, in turn. */
  faults: Error[]
  /** The context of the channel that was opened last. */
  context: ChannelContext | undefined
  listening: number
  /** How often a channel was opened. */
  opened: number
  /** Events as the vendor would send them. */
  request(...events: ChannelEvent[]): { method: string; headers: Headers; body: Uint8Array }
}

/**
 * A vendor of the tests: it has every ability of the port, keeps what it was given in memory, and its hook takes events as
 * they are. It passes the channel contract.
 */
export function buildLoft(): Loft {
  const loft: Loft = {
    definition: {
      kind: 'pigeon',
      title: 'Pigeon post',
      conversations: ['direct', 'group', 'email', 'call'],
      settings: pigeonSettings,
      example: {},
      create: (context) => {
        loft.context = context
        loft.opened++
        return openPigeon(loft, context)
      },
    },
    sent: [],
    work: [],
    groups: [],
    made: 0,
    steps: [],
    refuse: [],
    shut: false,
    faults: [],
    context: undefined,
    listening: 0,
    opened: 0,
    request: (...events) => ({
      method: 'POST',
      headers: new Headers({ 'x-secret': 'grain' }),
      body: new TextEncoder().encode(JSON.stringify(events)),
    }),
  }
  return loft
}

const everything: Capabilities = {
  text: { maxLength: 4000, formatting: true },
  media: mediaKinds,
  buttons: true,
  requestButtons: true,
  location: true,
  contactCard: true,
  reply: true,
  edit: true,
  delete: true,
  reactions: true,
  typing: true,
  groups: true,
  canWriteFirst: true,
  mentions: true,
  createsGroups: true,
  templates: true,
  email: false,
  calls: { speech: true, playback: true, digits: true, recording: true },
}

function openPigeon(loft: Loft, context: ChannelContext<z.infer<typeof pigeonSettings>>): ChannelAdapter {
  const { settings } = context.channel
  let number = 0
  const fault = () => {
    const error = loft.faults.shift()
    if (error) throw error
  }
  return {
    capabilities: () => ({ ...everything, ...settings.can }),
    pacing: () => ({ perSecond: 1000, perThreadPerSecond: 1000 }),
    connect: async () => ({ address: 'the north tower' }),
    async receive({ headers, body }) {
      if (headers.get('x-secret') !== settings.secret) throw new AppError('unauthenticated', 'Not our pigeon.')
      return { response: { status: 200 }, events: JSON.parse(new TextDecoder().decode(body)) as ChannelEvent[] }
    },
    async send(target, outbound, signal) {
      if (signal.aborted) throw new AppError('timeout', 'Too late.')
      fault()
      loft.sent.push({ target, outbound })
      return { externalIds: outbound.action === 'typing' ? [] : [`sent:${++number}`] }
    },
    async listen() {
      loft.listening++
      return async () => {
        loft.listening--
      }
    },
    threadFor(identities) {
      const ring = identities.find(({ kind }) => kind === 'ring')
      return ring && { id: ring.value, kind: 'direct' }
    },
    async work(event) {
      fault()
      loft.work.push(event)
    },
    signIn: {
      async step(step): Promise<SignInState> {
        loft.steps.push(step)
        if (step.do === 'start') return { waitsFor: 'code', hint: 'carved into the door' }
        if (step.do === 'code' && step.code !== '1234') {
          throw new AppError('invalid', 'The code is wrong; expected the four digits of the door.')
        }
        await context.report({ state: 'working' })
        return { waitsFor: 'nothing' }
      },
    },
    groups: {
      async createGroup(request, progress, save): Promise<MadeGroup> {
        loft.groups.push({ request, progress: structuredClone(progress) })
        if (!progress.thread) {
          loft.made++
          progress.thread = `flock:${loft.made}`
          await save(progress)
        }
        for (const [index, person] of request.people.entries()) {
          if (progress.people[index]) continue
          fault()
          progress.people[index] = person.identities.some(({ value }) => !loft.refuse.includes(value))
            ? { added: true }
            : { added: false, why: 'does not fly with strangers', ...(loft.shut && { unreachable: true }) }
          await save(progress)
        }
        return {
          thread: progress.thread,
          title: request.title,
          link: 'https://loft.example/join',
          people: progress.people,
        }
      },
    },
    templates: {
      listTemplates: async () => [
        {
          name: 'greeting',
          language: 'en',
          category: 'utility',
          status: 'approved',
          text: 'Coo {{1}}',
          variables: ['1'],
        },
      ],
    },
    close: async () => {},
  }
}

export const unreachable = new SendError('The tower is closed.', { reason: 'unreachable' })
