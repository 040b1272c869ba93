import type { ConversationData, VersionedState } from '@grammyjs/conversations'
import type { Update } from 'grammy/types'
import type { ChannelState } from '../../../src/conversations/channel-tools.ts'
import { topicOf } from './desk-event.ts'

type Dialogs = VersionedState<ConversationData>

interface Kept {
  /** The update after which it was kept. */
  update: number
  dialogs?: Dialogs
  /** The conversation that the person works on in a private chat. */
  conversation?: number
}

/** What is known of one person in one place while an update is worked on. */
export interface DialogState {
  /** The update was worked on to its end before. */
  isDone: boolean
  dialogs: Dialogs | undefined
  conversation: number | undefined
  set(change: { dialogs?: Dialogs | undefined; conversation?: number }): void
  /** Keeps what was set; called when all went well, so that an update which failed finds what was there before it. */
  keep(): Promise<void>
}

/**
 * Reads the state of whoever an update comes from: by chat, topic and person, so that nobody answers in somebody else's place.
 * Undefined where nobody is known.
 */
export async function openDialogState(store: ChannelState, update: Update): Promise<DialogState | undefined> {
  const content = update.message ?? update.edited_message ?? update.callback_query
  const chat = update.callback_query?.message?.chat ?? (update.message ?? update.edited_message)?.chat
  if (!content?.from || !chat) return undefined
  const name = `desk:${chat.id}:${topicOf(update) ?? 0}:${content.from.id}`
  const text = await store.read(name)
  const kept: Kept | undefined = text === undefined ? undefined : JSON.parse(text)
  let changed = false
  const state: DialogState = {
    isDone: kept?.update === update.update_id,
    dialogs: kept?.dialogs,
    conversation: kept?.conversation,
    set(change) {
      Object.assign(state, change)
      changed = true
    },
    async keep() {
      if (!changed) return
      const { dialogs, conversation } = state
      const next: Kept = {
        update: update.update_id,
        ...(dialogs && { dialogs }),
        ...(conversation && { conversation }),
      }
      await store.write(name, JSON.stringify(next))
    },
  }
  return state
}
