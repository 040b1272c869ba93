import type {
  Capabilities,
  ChannelAdapter,
  ChannelContext,
  HookRequest,
  Outbound,
  Receipt,
  Received,
  Target,
} from '../../src/conversations/channel.ts'
import { type ConversationKind, mediaKinds } from '../../src/conversations/message.ts'
import { AppError } from '../../src/platform/errors.ts'
import { uuid } from '../../src/platform/ids.ts'
import { inboundEvent, readInbound } from './inbound.ts'
import { RateLimit } from './rate-limit.ts'
import type { WebchatSettings } from './settings.ts'
import { identifyVisitor, threadOfIdentity } from './visitor.ts'

/** The largest body of a posted message in bytes: 4000 characters, each escaped, and the details. */
const maxBody = 32 * 1024

const capabilities: Omit<Capabilities, 'canWriteFirst'> = {
  text: { maxLength: 20_000, formatting: true },
  media: mediaKinds,
  buttons: true,
  requestButtons: false,
  location: true,
  contactCard: true,
  reply: false,
  edit: false,
  delete: false,
  reactions: false,
  typing: false,
  groups: false,
  mentions: false,
  createsGroups: false,
  templates: false,
  email: false,
}

/** A web chat: the page posts to `/hooks/{id}` and reads the thread's history from the channel's own pages. */
export function createWebchatAdapter(context: ChannelContext<WebchatSettings>): ChannelAdapter {
  const { channel, clock } = context
  const limit = new RateLimit(clock, 20, 1)

  return {
    capabilities: (_kind: ConversationKind) => ({ ...capabilities, canWriteFirst: channel.settings.writeFirst }),
    pacing: () => ({ perSecond: 1000, perThreadPerSecond: 50 }),
    connect: async () => ({ address: pageAddress(context.hookUrl) ?? 'web chat' }),

    async receive(request: HookRequest): Promise<Received> {
      if (request.method !== 'POST') {
        throw new AppError('not_found', 'A web chat takes messages by POST; its page is at /channels/webchat/{id}.')
      }
      if (request.body.byteLength > maxBody) {
        throw new AppError(
          'too_large',
          `The message has ${request.body.byteLength} bytes; at most ${maxBody} are taken.`,
        )
      }
      const visitor = identifyVisitor(request.headers.get('authorization'), channel.id, channel.settings.identitySecret)
      const inbound = readInbound(request.body)
      const wait = limit.take(visitor.thread.id)
      if (wait > 0) {
        throw new AppError('rate_limited', 'Too many messages at once; the page sends this one again by itself.', {
          retryAfterMs: wait,
        })
      }
      return {
        response: {
          status: 200,
          headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
          body: JSON.stringify({ accepted: inbound.id }),
        },
        events: [inboundEvent(visitor, inbound, clock.now())],
      }
    },

    /** The stored message is the delivery: the page reads it from the history. */
    async send(_target: Target, outbound: Outbound, signal: AbortSignal): Promise<Receipt> {
      if (signal.aborted)
        throw new AppError('timeout', 'The attempt was ended before it began.', { cause: signal.reason })
      if (outbound.action !== 'message') {
        throw new AppError('unsupported', `A web chat has no "${outbound.action}"; it only shows messages.`)
      }
      return { externalIds: [`out:${uuid()}`] }
    },

    threadFor: (identities) =>
      identities.map((identity) => threadOfIdentity(identity, channel.id)).find((thread) => thread !== undefined),
    close: async () => {},
  }
}

/** Where the chat's page stands when the program is reachable: beside the hook. */
function pageAddress(hookUrl: string | undefined): string | undefined {
  return hookUrl?.replace(/\/hooks\/([^/]+)$/, '/channels/webchat/$1')
}
