import type { tl } from '@mtcute/core'
import type { TelegramClient } from '@mtcute/core/client.js'
import type { Entity } from '../../../../src/conversations/message.ts'
import { findPerson, inputUser } from '../find-peer.ts'

/** A text as the protocol wants it. */
export interface FormattedText {
  text: string
  entities: tl.TypeMessageEntity[]
}

const plainTypes = {
  bold: 'messageEntityBold',
  italic: 'messageEntityItalic',
  underline: 'messageEntityUnderline',
  strikethrough: 'messageEntityStrike',
  spoiler: 'messageEntitySpoiler',
  code: 'messageEntityCode',
  quote: 'messageEntityBlockquote',
} as const

/**
 * A text with entities for Telegram. What it finds by itself (mentions by username, hashtags, addresses, phones) is left to it;
 * a mention of somebody whom the account cannot find stays plain text.
 */
export async function formattedText(
  client: TelegramClient,
  text: string,
  entities: readonly Entity[] = [],
): Promise<FormattedText> {
  const formatted: tl.TypeMessageEntity[] = []
  for (const entity of entities) {
    const offset = entity.offset
    const length = Math.min(entity.length, text.length - offset)
    if (length < 1) continue
    const made = await entityOf(client, entity, { offset, length }, text)
    if (made) formatted.push(made)
  }
  return { text, entities: formatted }
}

async function entityOf(
  client: TelegramClient,
  entity: Entity,
  place: { offset: number; length: number },
  text: string,
): Promise<tl.TypeMessageEntity | undefined> {
  switch (entity.type) {
    case 'bold':
    case 'italic':
    case 'underline':
    case 'strikethrough':
    case 'spoiler':
    case 'code':
    case 'quote':
      return { _: plainTypes[entity.type], ...place }
    case 'pre':
      return { _: 'messageEntityPre', ...place, language: entity.language ?? '' }
    case 'link':
      return entity.url !== undefined && /^(https?|tg|mailto|tel):/i.test(entity.url)
        ? { _: 'messageEntityTextUrl', ...place, url: entity.url }
        : undefined
    case 'mention': {
      if (entity.identity?.kind !== 'telegram' || !/^\d+$/.test(entity.identity.value)) return undefined
      const name = text.slice(place.offset, place.offset + place.length)
      const person = await findPerson(client, { id: Number(entity.identity.value) }, name).catch(() => undefined)
      return person && { _: 'inputMessageEntityMentionName', ...place, userId: inputUser(person) }
    }
    default:
      return undefined
  }
}
