import { describe, expect, test } from 'vitest'
import { markText } from '../../../../adapters/whatsapp/markup.ts'
import { mentionOf } from '../../../../adapters/whatsapp/web/ids.ts'
import { contactOf, vcardOf } from '../../../../adapters/whatsapp/web/vcard.ts'
import type { Entity } from '../../../../src/conversations/message.ts'

/** Entities over the words that are named. */
const over = (text: string, ...parts: [Entity['type'], string, Partial<Entity>?][]): Entity[] =>
  parts.map(([type, words, more]) => ({ type, offset: text.indexOf(words), length: words.length, ...more }))

describe('formatting becomes the signs of WhatsApp', () => {
  test.each<[string, [Entity['type'], string, Partial<Entity>?][], string]>([
    [
      'bold and italic',
      [
        ['bold', 'bold and italic'],
        ['italic', 'italic'],
      ],
      '*bold and _italic_*',
    ],
    [
      'both',
      [
        ['bold', 'both'],
        ['strikethrough', 'both'],
      ],
      '*~both~*',
    ],
    ['two\nlines here', [['bold', 'two\nlines']], '*two*\n*lines* here'],
    ['a word  and', [['italic', ' word  ']], 'a _word_  and'],
    ['in a prefix', [['bold', 'fix']], 'in a prefix'],
    ['a *star', [['code', '*star']], 'a `*star`'],
    [
      'let x',
      [
        ['pre', 'let x'],
        ['bold', 'x'],
      ],
      '```let x```',
    ],
    ['said\nso, yes', [['quote', 'said\nso']], '> said\n> so, yes'],
    [
      'see here.',
      [
        ['link', 'here', { url: 'https://example.com/a' }],
        ['bold', 'here'],
      ],
      'see *here* (https://example.com/a).',
    ],
    ['example.com', [['link', 'example.com', { url: 'https://example.com' }]], 'example.com'],
    [
      'under a spoiler',
      [
        ['underline', 'under'],
        ['spoiler', 'spoiler'],
      ],
      'under a spoiler',
    ],
  ])('%j', (text, parts, expected) => {
    expect(markText(text, over(text, ...parts))).toEqual({ text: expected, mentions: [] })
  })

  test('a mention is the number of its person, whatever it read', () => {
    const text = 'Ann and Bob and Cid'
    const entities = over(
      text,
      ['mention', 'Ann', { identity: { kind: 'phone', value: '+12015550124' } }],
      ['mention', 'Bob', { identity: { kind: 'whatsapp_lid', value: '77' } }],
      ['mention', 'Cid', { identity: { kind: 'telegram', value: '42' } }],
    )
    expect(markText(text, entities, mentionOf)).toEqual({
      text: '@12015550124 and @77 and Cid',
      mentions: ['12015550124@c.us', '77@lid'],
    })
  })
})

describe('cards', () => {
  test('come back as they went', () => {
    const card = {
      type: 'contact' as const,
      name: 'Ann; Example, Ltd',
      phone: '+1 201 555 0124',
      email: 'ann@example.com',
    }
    const vcard = vcardOf(card)
    expect(contactOf(vcard)).toEqual({ ...card, vcard, identity: { kind: 'whatsapp', value: '12015550124' } })
    expect(vcardOf({ ...card, vcard })).toBe(vcard)
  })

  test('of other makers are read: folded lines, groups, a name without FN, an address as the number', () => {
    const vcard =
      'BEGIN:VCARD\r\nVERSION:4.0\r\nN:Exam\r\n ple;Ann;;;\r\nitem1.TEL;VALUE=uri:tel:+12015550124\r\nEND:VCARD'
    expect(contactOf(vcard)).toMatchObject({ name: 'Ann Example', phone: '+12015550124' })
    expect(contactOf('nonsense')).toMatchObject({ type: 'contact', name: '' })
  })
})
