import type { tl } from '@mtcute/core'
import { AppError } from '../../../src/platform/errors.ts'

/** Channels and supergroups are told from people and groups by this (core.telegram.org/api/bots/ids). */
const channelMark = -1_000_000_000_000

/** The number of a chat as the Bot API writes it: people above zero, groups below, supergroups from -100… on. */
export function numberOf(peer: tl.TypePeer): number {
  if (peer._ === 'peerUser') return peer.userId
  return peer._ === 'peerChat' ? -peer.chatId : channelNumber(peer.channelId)
}

export function channelNumber(channelId: number): number {
  return channelMark - channelId
}

/** The protocol's own number of a supergroup; undefined for what is none. */
export function channelIdOf(chat: number): number | undefined {
  return chat < channelMark ? channelMark - chat : undefined
}

/** Where a thread id leads: a chat by number, perhaps a topic of it, or a person whom we have yet to find. */
export type AccountAddress = { chat: number; topic?: number } | { username: string } | { phone: string }

/** Reads a thread id back: `42`, `-100123`, `-100123/7`, `@ann` or `+15550100`. */
export function parseThread(id: string): AccountAddress {
  const chat = /^(-?\d+)(?:\/(\d+))?$/.exec(id)
  if (chat) return { chat: Number(chat[1]), ...(chat[2] !== undefined && { topic: Number(chat[2]) }) }
  if (/^@\w{3,32}$/.test(id)) return { username: id.slice(1) }
  if (/^\+\d{5,15}$/.test(id)) return { phone: id }
  throw new AppError(
    'invalid',
    `The thread "${id}" is no Telegram chat: expected a chat id such as 42, -100123 or -100123/7, @username or +phone.`,
  )
}

/** A message's id in the unified model, as the bot channel writes it: `<chat>:<message id>`. */
export function messageExternalId(chat: number, messageId: number): string {
  return `${chat}:${messageId}`
}

/** The number of a message in the chat, or undefined when it belongs to another chat. */
export function messageNumber(externalId: string, chat: number): number | undefined {
  const [of, number] = externalId.split(':')
  return of === String(chat) && /^\d+$/.test(number ?? '') ? Number(number) : undefined
}

export function moment(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}
