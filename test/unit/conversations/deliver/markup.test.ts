import { describe, expect, test } from 'vitest'
import { parseMarkup } from '../../../../src/conversations/deliver/markup.ts'
import type { Entity } from '../../../../src/conversations/message.ts'
import { escapeMarkup } from '../../../../src/platform/escape-markup.ts'
import { renderMarkup } from '../../../../src/platform/templates.ts'

/** Each entity as `type` and the text it covers. */
function shown(source: string): { text: string; entities: string[] } {
  const { text, entities } = parseMarkup(source)
  const name = ({ type, url, language }: Entity) => [type, url, language].filter(Boolean).join(' ')
  return {
    text,
    entities: entities.map((each) => `${name(each)}: ${text.slice(each.offset, each.offset + each.length)}`),
  }
}

describe('formatting', () => {
  test.each<[string, string, string[]]>([
    ['a **b** c', 'a b c', ['bold: b']],
    ['a __b__ *c* _d_', 'a b c d', ['bold: b', 'italic: c', 'italic: d']],
    ['~~old~~ ~new~', 'old ~new~', ['strikethrough: old']],
    ['***both***', 'both', ['italic: both', 'bold: both']],
    ['**a _b ~~c~~_**', 'a b c', ['bold: a b c', 'italic: b c', 'strikethrough: c']],
    ['`a **b** \\* c`', 'a **b** \\* c', ['code: a **b** \\* c']],
    ['the ||secret **word**|| is', 'the secret word is', ['spoiler: secret word', 'bold: word']],
    ['**a ||b|| c**', 'a b c', ['bold: a b c', 'spoiler: b']],
    ['||a|| b ||c||', 'a b c', ['spoiler: a', 'spoiler: c']],
    [
      '[site](https://x.example/a?b=c&d=(e)) [call](tel:+123) [write](mailto:a@b.example) [chat](tg://resolve?domain=x)',
      'site call write chat',
      [
        'link https://x.example/a?b=c&d=(e): site',
        'link tel:+123: call',
        'link mailto:a@b.example: write',
        'link tg://resolve?domain=x: chat',
      ],
    ],
    ['[**bold** site](http://x.example)', 'bold site', ['link http://x.example: bold site', 'bold: bold']],
    ['<https://x.example>', 'https://x.example', ['link https://x.example: https://x.example']],
    ['```\na\n\n  **b**\n```', 'a\n\n  **b**', ['pre: a\n\n  **b**']],
    ['before\n```js\nf()\n```\nafter', 'before\nf()\nafter', ['pre js: f()']],
    ['> a\n> **b**', 'a\nb', ['quote: a\nb', 'bold: b']],
    ['> a\n>\n> b\nafter', 'a\n\nb\nafter', ['quote: a\n\nb']],
    ['before\n> a\nafter\n\n> b', 'before\na\nafter\n\nb', ['quote: a', 'quote: b']],
    ['> a\n>> b', 'a\nb', ['quote: a\nb']],
    ['```\n> no quote\nx\n```', '> no quote\nx', ['pre: > no quote\nx']],
    ['> ```\n> x\n> ```\nafter', 'x\nafter', ['quote: x', 'pre: x']],
  ])('%j', (source, text, entities) => {
    expect(shown(source)).toEqual({ text, entities })
  })

  test('offsets count UTF-16 code units', () => {
    expect(parseMarkup('👨‍👩‍👧 **Привет 👋** `x`')).toEqual({
      text: '👨‍👩‍👧 Привет 👋 x',
      entities: [
        { type: 'bold', offset: 9, length: 9 },
        { type: 'code', offset: 19, length: 1 },
      ],
    })
  })
})

describe('what is no formatting stays as it is written', () => {
  test.each([
    '',
    'plain text, nothing in it',
    '2 * 3 * 4 = 24',
    'snake_case_name and a_b',
    '# no heading\n- no list\n1. no number\n---\n===\n***',
    'a\n\n\n\nb   \n  c  \n\td\n',
    '\n\n  a *\n\n',
    '    four spaces *',
    'a | b || c',
    '||||',
    'a ||| b ||| c',
    'a < b > c & d &amp; &copy; <b>no html</b> <!-- no -->',
    '[no link] [no](javascript:alert(1)) [no](/path) [no](ftp://x) [a][b]',
    '[a]: https://x.example',
    '**never closed',
    '`never closed',
    'C:\\path\\to_file',
    'a*\\',
    'a\r\nb *\r\nc',
  ])('%j', (source) => {
    expect(parseMarkup(source)).toEqual({ text: source, entities: [] })
  })

  test('an image is an exclamation mark and a link', () => {
    expect(shown('![a](https://x.example)')).toEqual({ text: '!a', entities: ['link https://x.example: a'] })
  })

  test('line breaks and spaces around and in formatting are kept', () => {
    expect(parseMarkup(' a  \n\n\n **b\n  c**  \n')).toEqual({
      text: ' a  \n\n\n b\n  c  \n',
      entities: [{ type: 'bold', offset: 8, length: 5 }],
    })
  })

  test('a backslash takes a sign its meaning', () => {
    expect(parseMarkup('\\*a\\* \\[b](c) \\||d|| \\\\ \\a \\> \\`x\\`')).toEqual({
      text: '*a* [b](c) ||d|| \\ \\a > `x`',
      entities: [],
    })
  })
})

describe('escaped values', () => {
  const values = [
    '**bold** _i_ ~~s~~ ||sp|| `code` [l](https://evil.example) <https://evil.example>',
    '> quote\n\n```\nfence',
    'ends with space ',
    ' starts',
    'two\n\nparagraphs\r\nand\ttab',
    '\\ backslash \\',
    '"quoted" \'so\' (and) {so} #1 +2 -3 1. = ! & : /',
    '👋 *',
    '!',
    '***',
    '«Лада»',
    'a/',
  ]
  const frames: [string, string, string, Entity['type'] | undefined][] = [
    ['Hi {{ contact.x }}!', 'Hi ', '!', undefined],
    ['word**{{ contact.x }}**word', 'word', 'word', 'bold'],
    ['*{{ contact.x }}*', '', '', 'italic'],
    ['~~{{ contact.x }}~~', '', '', 'strikethrough'],
    ['||{{ contact.x }}||', '', '', 'spoiler'],
    ['`{{ contact.x }}`', '', '', 'code'],
    ['```\n{{ contact.x }}\n```', '', '', 'pre'],
    ['[{{ contact.x }}](https://x.example)', '', '', 'link'],
    ['> {{ contact.x }}', '', '', 'quote'],
    ['a\n{{ contact.x }}\n*', 'a\n', '\n*', undefined],
  ]
  const cases = frames.flatMap((frame) => values.map((value) => [frame[0], value, frame] as const))
  test.each(cases)('in %j the value %j is shown as it is', (template, value, [, before, after, type]) => {
    const { text, entities } = parseMarkup(renderMarkup(template, { contact: { x: value } }))
    expect(text).toBe(before + value + after)
    expect(entities.map((each) => [each.type, each.offset, each.length])).toEqual(
      type ? [[type, before.length, value.length]] : [],
    )
  })

  test('an empty value leaves nothing behind', () => {
    expect(parseMarkup(renderMarkup('a **{{ contact.x }}** b', { contact: {} }))).toEqual({
      text: 'a  b',
      entities: [],
    })
  })

  test('a link may go to a value, if it is an address that links may have', () => {
    const link = (url: string) => shown(renderMarkup('[here]({{ run.url }})', { run: { url } }))
    expect(link('https://x.example/a_b?c=d*e&f=(g)')).toEqual({
      text: 'here',
      entities: ['link https://x.example/a_b?c=d*e&f=(g): here'],
    })
    expect(link('javascript:alert(1)')).toEqual({ text: '[here](javascript:alert(1))', entities: [] })
  })

  test('a text without other signs is read without the parser and gives the value too', () => {
    expect(parseMarkup(`a${escapeMarkup('*b* c')}`)).toEqual({ text: 'a*b* c', entities: [] })
  })
})

test.each([
  '*_'.repeat(10_000),
  '*_'.repeat(1_000),
  '> a\nb\n'.repeat(2_000),
  '||a'.repeat(6_000),
  '[a]('.repeat(5_000),
  '`'.repeat(19_999),
  '>'.repeat(2_000),
  `${'**a '.repeat(500)}${'b** '.repeat(500)}`,
])('a text made to be slow comes to its end, and is made no longer (case %#)', (source) => {
  expect(parseMarkup(source).text.length).toBeLessThanOrEqual(source.length)
})
