import type { MessageEntity } from 'grammy/types'
import type { Entity } from '../../src/conversations/message.ts'

/** Telegram's name of an entity in the unified model; the others need a closer look or are dropped. */
const plainTypes = {
  bold: 'bold',
  italic: 'italic',
  underline: 'underline',
  strikethrough: 'strikethrough',
  spoiler: 'spoiler',
  code: 'code',
  pre: 'pre',
  blockquote: 'quote',
  expandable_blockquote: 'quote',
  mention: 'mention',
  bot_command: 'command',
  hashtag: 'hashtag',
  cashtag: 'hashtag',
  email: 'email',
  phone_number: 'phone',
  custom_emoji: 'emoji',
} as const

/** Telegram's entities of a text in the unified model. Both count UTF-16 code units. */
export function entitiesFrom(text: string, entities: readonly MessageEntity[]): Entity[] {
  return entities.flatMap((entity): Entity[] => {
    const place = { offset: entity.offset, length: entity.length }
    switch (entity.type) {
      case 'text_link':
        return [{ type: 'link', ...place, url: entity.url }]
      case 'url':
        return [{ type: 'link', ...place, url: withScheme(text.slice(place.offset, place.offset + place.length)) }]
      case 'text_mention':
        return [{ type: 'mention', ...place, identity: { kind: 'telegram', value: String(entity.user.id) } }]
      case 'pre':
        return [{ type: 'pre', ...place, ...(entity.language ? { language: entity.language } : {}) }]
      case 'date_time':
        return []
      default:
        return entity.type in plainTypes ? [{ type: plainTypes[entity.type], ...place }] : []
    }
  })
}

/** Addresses come as they were typed: `example.com`. */
function withScheme(address: string): string {
  return /^[a-z][a-z0-9+.-]*:/i.test(address) ? address : `https://${address}`
}

/**
 * Entities for Telegram. What it finds by itself (mentions by username, commands, hashtags, addresses, phones) is left
 * to it, links that it cannot open are left out, and nothing reaches beyond the text.
 */
export function entitiesFor(text: string, entities: readonly Entity[] = []): MessageEntity[] {
  return entities.flatMap((entity): MessageEntity[] => {
    const place = { offset: entity.offset, length: Math.min(entity.length, text.length - entity.offset) }
    if (place.length < 1) return []
    switch (entity.type) {
      case 'bold':
      case 'italic':
      case 'underline':
      case 'strikethrough':
      case 'spoiler':
      case 'code':
        return [{ type: entity.type, ...place }]
      case 'quote':
        return [{ type: 'blockquote', ...place }]
      case 'pre':
        return [{ type: 'pre', ...place, ...(entity.language === undefined ? {} : { language: entity.language }) }]
      case 'link':
        return entity.url !== undefined && /^(https?|tg|mailto|tel):/i.test(entity.url)
          ? [{ type: 'text_link', ...place, url: entity.url }]
          : []
      case 'mention': {
        if (entity.identity?.kind !== 'telegram') return []
        // Telegram reads the id alone; its type wants the rest.
        const user = {
          id: Number(entity.identity.value),
          is_bot: false,
          first_name: text.slice(place.offset).slice(0, place.length),
        }
        return [{ type: 'text_mention', ...place, user }]
      }
      default:
        return []
    }
  })
}
