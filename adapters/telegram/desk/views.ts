import { InlineKeyboard } from 'grammy'
import type { DeskCard, DeskConversation } from '../../../src/conversations/operator-desk.ts'

/** What can be done about a conversation, by the word of its button and command. */
export const verbs = {
  take: 'Take over',
  back: 'Give back',
  assign: 'Assign',
  note: 'Note',
  label: 'Label',
  deal: 'Deal',
  task: 'Task',
  card: 'Card',
} as const
export type Verb = keyof typeof verbs

export const help = [
  '/take: people have the conversation, and you are its operator',
  '/back: the bot goes on',
  '/assign: give it to somebody',
  '/note text, /label one, two: about the customer',
  '/deal, /task: step by step',
  '/card: what is known of the customer',
  '/desk: the conversations that wait, and yours',
  '/cancel: end what was begun',
].join('\n')

/** One conversation in a few lines. */
export function conversationView({ title, channel, mode, assignee, unread, lastText }: DeskConversation): string {
  return [
    `${title} · ${channel}`,
    `${mode === 'bot' ? '🤖 the bot answers' : '🧑‍💼 people answer'}; ${assignee ? `operator ${assignee.name}` : 'nobody has it'}`,
    ...(unread > 0 ? [`unread: ${unread}`] : []),
    ...(lastText ? [`“${lastText}”`] : []),
  ].join('\n')
}

/** The buttons under a conversation. */
export function conversationKeys({ id }: Pick<DeskConversation, 'id'>): InlineKeyboard {
  const keyboard = new InlineKeyboard()
  Object.entries(verbs).forEach(([verb, label], index) => {
    if (index > 0 && index % 3 === 0) keyboard.row()
    keyboard.text(label, `${verb}:${id}`)
  })
  return keyboard
}

/** A list of conversations to choose from, one a row. */
export function listKeys(conversations: DeskConversation[]): InlineKeyboard {
  const keyboard = new InlineKeyboard()
  for (const { id, title, channel, unread } of conversations) {
    keyboard.text(`${title} · ${channel}${unread > 0 ? ` (${unread})` : ''}`.slice(0, 60), `open:${id}`).row()
  }
  return keyboard
}

export function cardView(card: DeskCard): string {
  const list = (title: string, lines: string[]) =>
    lines.length > 0 ? [`${title}:`, ...lines.map((line) => `• ${line}`)] : []
  const lines = [
    card.name,
    ...card.identities,
    ...(card.responsible ? [`Responsible: ${card.responsible}`] : []),
    ...(card.labels.length > 0 ? [`Labels: ${card.labels.join(', ')}`] : []),
    ...card.attributes.map(({ title, value }) => `${title}: ${value}`),
    ...list(
      'Deals',
      card.deals.map((deal) => `#${deal.number} ${deal.name}, ${deal.place}${deal.budget ? `, ${deal.budget}` : ''}`),
    ),
    ...list(
      'Tasks',
      card.tasks.map(
        (task) => `${task.name}${task.dueAt ? `, by ${task.dueAt.slice(0, 16).replace('T', ' ')} UTC` : ''}`,
      ),
    ),
    ...list('Notes', card.notes),
  ]
  return lines.join('\n').slice(0, 4000)
}
