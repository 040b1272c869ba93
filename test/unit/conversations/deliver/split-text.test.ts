import { describe, expect, test } from 'vitest'
import { splitText } from '../../../../src/conversations/deliver/split-text.ts'

describe('splitting a text', () => {
  test('leaves a short text as it is, white space included', () => {
    expect(splitText(' Hello ', [{ type: 'bold', offset: 1, length: 5 }], 20)).toEqual([
      { text: ' Hello ', entities: [{ type: 'bold', offset: 1, length: 5 }] },
    ])
  })

  test('gives nothing for an empty text', () => {
    expect(splitText('', [], 20)).toEqual([])
  })

  test.each([
    ['a paragraph', 'First one.\n\nSecond line\nand more', 22, ['First one.', 'Second line\nand more']],
    ['a line', 'First line.\nSecond line', 15, ['First line.', 'Second line']],
    ['a sentence', 'It is here. Then it went', 16, ['It is here.', 'Then it went']],
    ['a word', 'alpha beta gamma', 11, ['alpha beta', 'gamma']],
  ])('prefers to cut after %s', (_place, text, maxLength, pieces) => {
    expect(splitText(text, [], maxLength).map((piece) => piece.text)).toEqual(pieces)
  })

  test('never makes a piece longer than allowed nor loses a word', () => {
    const words = Array.from({ length: 500 }, (_, index) => `word${index}${index % 7 === 0 ? '\n' : ''}`)
    const pieces = splitText(words.join(' '), [], 100)
    expect(Math.max(...pieces.map((piece) => piece.text.length))).toBeLessThanOrEqual(100)
    expect(pieces.flatMap((piece) => piece.text.split(/\s+/)).filter(Boolean)).toEqual(words.map((word) => word.trim()))
  })

  test('does not cut an emoji in two', () => {
    const pieces = splitText('😀'.repeat(10), [], 5)
    expect(pieces.map((piece) => piece.text)).toEqual(Array.from({ length: 5 }, () => '😀😀'))
  })

  test('carries an entity on into the next piece', () => {
    const pieces = splitText('alpha beta gamma', [{ type: 'bold', offset: 6, length: 10 }], 11)
    expect(pieces).toEqual([
      { text: 'alpha beta', entities: [{ type: 'bold', offset: 6, length: 4 }] },
      { text: 'gamma', entities: [{ type: 'bold', offset: 0, length: 5 }] },
    ])
  })

  test('shifts entities by the white space dropped at the cut', () => {
    const pieces = splitText('alpha beta\n\n   gamma', [{ type: 'code', offset: 15, length: 5 }], 14)
    expect(pieces[1]).toEqual({ text: 'gamma', entities: [{ type: 'code', offset: 0, length: 5 }] })
  })
})
