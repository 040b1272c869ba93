import type { tl } from '@mtcute/core'
import type { Entity } from '../../../../src/conversations/message.ts'

/** The protocol's name of an entity in the unified model; the others need a closer look or are dropped. */
const plainTypes: Partial<Record<tl.TypeMessageEntity['_'], Entity['type']>> = {
  messageEntityBold: 'bold',
  messageEntityItalic: 'italic',
  messageEntityUnderline: 'underline',
  messageEntityStrike: 'strikethrough',
  messageEntitySpoiler: 'spoiler',
  messageEntityCode: 'code',
  messageEntityBlockquote: 'quote',
  messageEntityMention: 'mention',
  messageEntityBotCommand: 'command',
  messageEntityHashtag: 'hashtag',
  messageEntityCashtag: 'hashtag',
  messageEntityEmail: 'email',
  messageEntityPhone: 'phone',
  messageEntityCustomEmoji: 'emoji',
}

/** The protocol's entities of a text in the unified model. Both count UTF-16 code units (core.telegram.org/api/entities). */
export function entitiesFrom(text: string, entities: readonly tl.TypeMessageEntity[] = []): Entity[] {
  return entities.flatMap((entity): Entity[] => {
    const place = { offset: entity.offset, length: entity.length }
    if (place.length < 1) return []
    switch (entity._) {
      case 'messageEntityTextUrl':
        return [{ type: 'link', ...place, url: entity.url }]
      case 'messageEntityUrl':
        return [{ type: 'link', ...place, url: withScheme(text.slice(place.offset, place.offset + place.length)) }]
      case 'messageEntityMentionName':
        return [{ type: 'mention', ...place, identity: { kind: 'telegram', value: String(entity.userId) } }]
      case 'messageEntityPre':
        return [{ type: 'pre', ...place, ...(entity.language && { language: entity.language }) }]
      default: {
        const type = plainTypes[entity._]
        return type === undefined ? [] : [{ type, ...place }]
      }
    }
  })
}

/** Addresses come as they were typed: `example.com`. */
function withScheme(address: string): string {
  return /^[a-z][a-z0-9+.-]*:/i.test(address) ? address : `https://${address}`
}
