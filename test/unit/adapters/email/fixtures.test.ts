import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readLetter } from '../../../../adapters/email/inbound/read-letter.ts'
import { newMessageId } from '../../../../adapters/email/threads/message-id.ts'
import { threadMemory } from '../../../../adapters/email/threads/thread-memory.ts'
import type { ChannelEvent } from '../../../../src/conversations/event.ts'
import { channelContext } from '../../../channel-context.ts'

const folder = new URL('../../../fixtures/email/', import.meta.url)
const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
const at = new Date('2026-11-02T09:00:00Z')
const key = 'a key for tests'

describe('letters of odd kinds become events of the unified model', () => {
  test.each(names)('%s', async (name) => {
    const { origin, ours, expected } = JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
    expect(origin).toMatch(
      /^https:\/\/(www\.rfc-editor\.org\/rfc\/|github\.com\/(nodemailer\/mailparser|mikel\/mail)\/)/,
    )
    const letter = readFileSync(new URL(name.replace('.json', '.eml'), folder), 'latin1')
    const own = newMessageId(key, 'ann@example.org', 'example.com').slice(1, -1)
    const source = Buffer.from(ours === undefined ? letter : letter.replaceAll(ours, own), 'latin1')
    expect((await eventsOf(source)).map((event) => shorten(event, own))).toEqual(expected)
  })

  test('there are at least twenty-five', () => {
    expect(names.length).toBeGreaterThanOrEqual(25)
  })
})

function eventsOf(source: Uint8Array): Promise<ChannelEvent[]> {
  const { state, files, log } = channelContext({})
  const desk = {
    ...{ address: 'desk@example.com', key, memory: threadMemory(state), files },
    ...{ maxAttachmentBytes: 1_000_000, isLoop: () => false },
  }
  return readLetter(desk, source, { box: 'inbox', at, cut: false }, log)
}

/** Long texts as their beginning, a Message-ID of ours by its name, and of what is kept for inspection only what is said of it. */
function shorten(event: ChannelEvent, own: string): unknown {
  const text = JSON.stringify(event.kind === 'unknown' ? { ...event, raw: 'the letter' } : event).replaceAll(
    own,
    'ours',
  )
  return JSON.parse(text, (name, value) =>
    (name === 'html' || name === 'source') && value.length > 160 ? `${value.slice(0, 160)}… ${value.length}` : value,
  )
}
