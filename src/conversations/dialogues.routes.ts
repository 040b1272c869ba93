import { getContact } from '../contacts/get-contact.ts'
import type { Database } from '../platform/database/database.ts'
import { AppError, messageOf } from '../platform/errors.ts'
import { invalidInput } from '../platform/faults.ts'
import { type Route, route } from '../team/route.ts'
import type { ChannelAdapter } from './channel.ts'
import { findChannel } from './channels/channels.store.ts'
import { messageView } from './conversations.routes.ts'
import { latestConversation } from './conversations.store.ts'
import * as calls from './dialogues.schemas.ts'
import { readEnabledChannels } from './dialogues.store.ts'
import { fetchContactPicture } from './fetch-contact-picture.ts'
import { startDialogue, whyNot } from './start-dialogue.ts'

interface Parts {
  db: Database
  channels: { adapter(channelId: number): Promise<ChannelAdapter> }
  deliveriesWake(): void
}

/** The calls by which operators write first, and see whom they write to. */
export function dialoguesRoutes({ db, channels, deliveriesWake }: Parts): Route[] {
  return [
    route(calls.getPicture, ({ context, params }) =>
      fetchContactPicture(db, context.projectId, { contactId: params.id }, channels.adapter),
    ),
    route(calls.getDialogues, async ({ context, params }) => {
      const contact = await getContact(db, context.projectId, params.id)
      const items = []
      for (const channel of await readEnabledChannels(db, context.projectId)) {
        const existing = await latestConversation(db, contact.id, channel.id)
        const reason = existing
          ? undefined
          : await channels
              .adapter(channel.id)
              .then((adapter) => whyNot(db, contact, { channel, adapter }))
              .catch((error: unknown) => {
                if (error instanceof AppError) return messageOf(error)
                throw error
              })
        const { id: channelId, name, kind } = channel
        const conversationId = existing?.conversation.id ?? null
        items.push({ channelId, name, kind, conversationId, possible: reason === undefined, reason: reason ?? null })
      }
      return { items }
    }),
    route(calls.postDialogue, async ({ context, params, body: { channelId, mode, ...content } }) => {
      const channel = await findChannel(db, channelId)
      if (channel?.projectId !== context.projectId) {
        const message = `there is no channel ${channelId} in this project`
        throw invalidInput('dialogue', [{ path: 'channelId', message }])
      }
      const adapter = await channels.adapter(channel.id)
      const begun = await db.transaction((tx) =>
        startDialogue(tx, context, { contactId: params.id, content, mode }, { channel, adapter }),
      )
      deliveriesWake()
      return { ...begun, message: messageView(begun.message) }
    }),
  ]
}
