import { expect, test } from 'vitest'
import { closestWord } from '../../../src/platform/closest-word.ts'

test.each([
  ['contakt', 'contact'],
  ['CONTACT', 'contact'],
  ['dael', undefined],
  ['deals', 'deal'],
  ['something', undefined],
  ['', undefined],
])('"%s" probably means %s', (typed, word) => {
  expect(closestWord(typed, ['contact', 'deal', 'conversation'])).toBe(word)
})
