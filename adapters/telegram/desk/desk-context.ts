import type { Conversation, ConversationFlavor } from '@grammyjs/conversations'
import type { Context } from 'grammy'
import type { DeskAct, DeskOperator } from '../../../src/conversations/operator-desk.ts'
import type { DialogState } from './dialog-state.ts'

/** What the desk knows while it works on an update. */
export interface DeskFields {
  state: DialogState
  /** Who writes; set behind the gate that lets only linked operators through. */
  operator: DeskOperator
  /** What names one of the update's acts. */
  act(name: string): DeskAct
  /** The conversation of this topic, or the one that was chosen in the private chat. */
  conversationId: number | undefined
}

export type DeskContext = ConversationFlavor<Context & DeskFields>

/** A step-by-step dialog; what it does outside goes through `external`, which hands out the desk's own context. */
export type Dialog = Conversation<DeskContext, Context>
