import type { MessageTemplate } from '../../../../src/conversations/abilities.ts'
import type { Outbound, Receipt } from '../../../../src/conversations/channel.ts'
import type { Content, MediaPart, TemplatePart } from '../../../../src/conversations/message.ts'
import { AppError } from '../../../../src/platform/errors.ts'
import type { GraphClient } from '../graph-client.ts'
import type { PairLimit } from '../pair-limit.ts'
import type { WhatsappCloudSettings } from '../settings.ts'
import { addresseeOf } from '../thread.ts'
import { headerKindOf, type MediaDesk, type ReadyFile } from './media.ts'
import { type CloudMessage, messagesOf } from './messages.ts'
import { templateBody } from './template.ts'

/** What sending needs. */
export interface SendTools {
  client: GraphClient
  settings: WhatsappCloudSettings
  pair: PairLimit
  media: MediaDesk
  /** A template as the vendor has it; undefined when that cannot be learned. */
  template(part: TemplatePart): Promise<MessageTemplate | undefined>
  /** The vendor's id of what the person said last, as far as this process knows. */
  lastHeard(thread: string): string | undefined
}

/** Does one outbound thing in a thread. */
export async function sendOutbound(
  tools: SendTools,
  thread: string,
  outbound: Outbound,
  signal: AbortSignal,
): Promise<Receipt> {
  switch (outbound.action) {
    case 'message':
      return { externalIds: await sendAll(tools, thread, outbound, signal) }
    case 'typing':
      await showTyping(tools, thread, signal)
      return { externalIds: [] }
    default:
      throw new AppError('unsupported', 'WhatsApp lets nobody edit or delete by its API what was sent.')
  }
}

async function sendAll(tools: SendTools, thread: string, content: Content, signal: AbortSignal): Promise<string[]> {
  const addressee = addresseeOf(thread)
  const messages = await prepare(tools, content, signal)
  if (messages.length === 0) {
    throw new AppError('invalid', 'The message has neither text nor parts: expected at least one of them.')
  }
  // All or none: what is sent again after a pause is sent from its beginning.
  tools.pair.take(thread, messages.length)
  const ids: string[] = []
  for (const message of messages) {
    const answer = await tools.client.call<{ messages?: { id?: string }[] }>({
      method: 'POST',
      path: `${tools.settings.phoneNumberId}/messages`,
      json: {
        messaging_product: 'whatsapp',
        recipient_type: 'individual',
        ...addressee,
        ...message,
        // Comes back with every status of the message, whichever of the person's ids that names.
        biz_opaque_callback_data: thread,
      },
      signal,
    })
    const id = answer.messages?.[0]?.id
    if (!id) throw new AppError('unavailable', 'WhatsApp took the message and gave no id for it.')
    ids.push(id)
  }
  return ids
}

async function prepare(tools: SendTools, content: Content, signal: AbortSignal): Promise<CloudMessage[]> {
  const parts = content.parts ?? []
  const template = parts.find((part) => part.type === 'template')
  if (template) return [await templateMessage(tools, template, signal)]
  const files = new Map<MediaPart, ReadyFile>()
  for (const part of parts) if (part.type === 'media') files.set(part, await tools.media.ready(part, signal))
  return messagesOf(content, { file: (part) => files.get(part)!, listButton: tools.settings.listButton })
}

async function templateMessage(tools: SendTools, part: TemplatePart, signal: AbortSignal): Promise<CloudMessage> {
  const { header: file } = part
  const known = file || part.buttons ? await tools.template(part) : undefined
  if (!file) return { type: 'template', template: templateBody(part, undefined, known) }
  const wanted = known?.header === 'image' || known?.header === 'video' || known?.header === 'document'
  const kind = wanted ? (known.header as 'image' | 'video' | 'document') : (headerKindOf(file) ?? 'document')
  const { ref } = await tools.media.ready({ media: kind, file }, signal)
  return { type: 'template', template: templateBody(part, { kind, ref }, known) }
}

/** Typing is shown, with two blue ticks, under the person's last message; without one there is nothing to show. A failure is none of the message's. */
async function showTyping(
  { client, settings, lastHeard }: SendTools,
  thread: string,
  signal: AbortSignal,
): Promise<void> {
  const message_id = lastHeard(thread)
  if (message_id === undefined) return
  const call = client.call({
    method: 'POST',
    path: `${settings.phoneNumberId}/messages`,
    json: { messaging_product: 'whatsapp', status: 'read', message_id, typing_indicator: { type: 'text' } },
    signal,
  })
  await call.catch((error: unknown) => {
    if (signal.aborted) throw error
  })
}
