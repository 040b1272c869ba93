import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { EngineEvent, UserIds } from '../../../../../adapters/whatsapp/web/engine.ts'
import { idsOfOne } from '../../../../../adapters/whatsapp/web/ids.ts'
import { eventsOf } from '../../../../../adapters/whatsapp/web/inbound/events.ts'
import {
  editEvent,
  groupEvent,
  messageEvent,
  reactionEvent,
  revokeEvent,
} from '../../../../../adapters/whatsapp/web/wwebjs/read-events.ts'
import type { ChannelEvent } from '../../../../../src/conversations/event.ts'

const folder = new URL('../../../../fixtures/whatsapp/web/', import.meta.url)
const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
const me: UserIds = { phone: '12015550123@c.us', lid: '7700000000001@lid' }

// The raw values are the library's; each reader takes what it knows of them.
const readers: Record<string, (raw: never) => EngineEvent | undefined> = {
  message: (raw) => messageEvent(raw, me),
  edit: (raw) => editEvent(raw, me),
  revoke: (raw) => revokeEvent(raw),
  reaction: (raw) => reactionEvent(raw),
  group: (raw) => groupEvent(raw, me),
}

describe('what the library delivers becomes events of the unified model', () => {
  test.each(names)('%s', (name) => {
    const { origin, event: kind, raw, expected } = JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
    expect(origin).toMatch(/whatsapp-web\.js 1\.34\.7|wechaty\/puppet-whatsapp/)
    const shown = eventsFrom(readers[kind]!(raw as never)).map((event) =>
      event.kind === 'unknown' ? { ...event, raw: 'message' } : event,
    )
    expect(shown).toEqual(expected)
  })

  test('there are at least thirty different ones', () => {
    expect(names.length).toBeGreaterThanOrEqual(30)
  })
})

function eventsFrom(event: EngineEvent | undefined): ChannelEvent[] {
  if (event === undefined) return []
  const chat =
    event.type === 'message' || event.type === 'edit' ? event.message.chat : 'chat' in event ? event.chat : ''
  const media = event.type === 'message' ? event.message.media : undefined
  return eventsOf(event, {
    me,
    thread: { id: chat, kind: chat.endsWith('@g.us') ? 'group' : 'direct' },
    now: new Date('2026-11-02T09:00:00Z'),
    ids: idsOfOne,
    ...(media &&
      event.type === 'message' && { mediaPart: { type: 'media', file: { ref: event.message.id }, ...media } }),
  })
}
