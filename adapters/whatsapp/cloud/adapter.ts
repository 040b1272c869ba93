import type { ChannelAdapter, ChannelContext, HookRequest } from '../../../src/conversations/channel.ts'
import { AppError } from '../../../src/platform/errors.ts'
import { whatsappCloudCapabilities } from './capabilities.ts'
import { fetchFile } from './fetch-file.ts'
import { type GraphClient, openGraphClient } from './graph-client.ts'
import { eventsOf } from './inbound/events.ts'
import { knownTemplates } from './known-templates.ts'
import { LastHeard } from './last-heard.ts'
import { MediaDesk } from './outbound/media.ts'
import { sendOutbound } from './outbound/send.ts'
import { PairLimit } from './pair-limit.ts'
import type { Payload } from './payload.ts'
import type { WhatsappCloudSettings } from './settings.ts'
import { listTemplates } from './templates.ts'
import { threadFor } from './thread.ts'
import { answerChallenge, checkSignature } from './verify-request.ts'

/** Connects one number of the Cloud API. Nothing is asked of the vendor until `connect`. */
export function createWhatsappCloudAdapter(context: ChannelContext<WhatsappCloudSettings>): ChannelAdapter {
  const { clock, files, hookUrl, log } = context
  const { settings } = context.channel
  const client = openGraphClient(settings)
  const heard = new LastHeard()
  const list = () => listTemplates(client, settings.businessAccountId)
  const tools = {
    client,
    settings,
    pair: new PairLimit(clock),
    media: new MediaDesk(client, files, clock, settings.phoneNumberId),
    template: knownTemplates(list, clock, log),
    lastHeard: (thread: string) => heard.of(thread),
  }

  return {
    capabilities: whatsappCloudCapabilities,

    pacing: () => ({
      perSecond: settings.pacing.messagesPerSecond,
      perThreadPerSecond: settings.pacing.perPersonPerSecond,
    }),

    async connect() {
      const { display_phone_number: address } = await client.call<{ display_phone_number?: string }>({
        path: settings.phoneNumberId,
        query: { fields: 'display_phone_number,verified_name' },
      })
      if (!address) throw new AppError('not_found', 'phoneNumberId: WhatsApp tells no number of it.')
      await client.call({ method: 'POST', path: `${settings.businessAccountId}/subscribed_apps` })
      if (hookUrl !== undefined && settings.overrideCallback) await sendToUs(client, settings, hookUrl)
      return { address }
    },

    async receive(request) {
      if (request.method === 'GET') return { response: answerChallenge(request, settings.verifyToken), events: [] }
      if (request.method !== 'POST') return { response: { status: 405, headers: { allow: 'GET, POST' } }, events: [] }
      checkSignature(request, settings.appSecret)
      const events = eventsOf(readPayload(request), settings.phoneNumberId, clock.now())
      heard.note(events)
      return { response: { status: 200 }, events }
    },

    send: async (target, outbound, signal) => sendOutbound(tools, target.thread, outbound, signal),

    threadFor,

    fetchFile: (ref) => fetchFile(client, settings.phoneNumberId, ref),

    templates: { listTemplates: list },

    close: () => client.close(),
  }
}

/** The number's messages come to our address, whatever the app's own callback is; the vendor asks the address at once. */
async function sendToUs(
  client: GraphClient,
  { phoneNumberId, verifyToken }: WhatsappCloudSettings,
  hookUrl: string,
): Promise<void> {
  await client.call({
    method: 'POST',
    path: phoneNumberId,
    json: { webhook_configuration: { override_callback_uri: hookUrl, verify_token: verifyToken } },
  })
}

function readPayload({ body }: HookRequest): Payload {
  try {
    const payload: unknown = JSON.parse(new TextDecoder().decode(body))
    if (typeof payload === 'object' && payload !== null) return payload
  } catch {
    // Told below.
  }
  throw new AppError('invalid', 'The body is no JSON object, though it is signed.')
}
