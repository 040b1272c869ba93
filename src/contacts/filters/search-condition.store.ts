import { and, or, type SQL, type SQLWrapper } from 'drizzle-orm'
import { partialPhone } from '../../platform/partial-phone.ts'
import { parsePhone } from '../../platform/phone.ts'
import { readWords } from './filter-value.ts'
import { like } from './operators.store.ts'

/** Shorter words are looked for at the begin of words only: the index knows nothing smaller than three letters. */
const shortest = 3

/**
 * What holds of the words of contacts that a search finds: every word of it is a part of name, username, e-mail or phone;
 * what looks like a phone number, or like the begin or the end of one, finds it in whatever spelling. Undefined when nothing
 * is searched. The condition is asked of a column that holds words as `contact_search.words` does.
 */
export function searchCondition(search: string, country: string): ((words: SQLWrapper) => SQL) | undefined {
  const text = readWords(search)
  if (text === undefined) return undefined
  if (isPhoneLike(text)) return (words) => phoneCondition(text, country, words)
  const all = text.split(' ')
  const told = all.filter((word) => /[\p{L}\p{N}]/u.test(word))
  const wanted = told.length > 0 ? told : all
  const conditionOf = (word: string, words: SQLWrapper) =>
    isPhoneLike(word) ? phoneCondition(word, country, words) : wordCondition(word, words)
  return (words) => and(...wanted.map((word) => conditionOf(word, words)))!
}

function wordCondition(word: string, column: SQLWrapper): SQL {
  const part = word.replace(/^@(?=.)/, '')
  const before = [...part].length < shortest ? '% ' : '%'
  return like(column, before, part, '%')
}

function phoneCondition(text: string, country: string, column: SQLWrapper): SQL {
  const whole = parsePhone(text, country)
  if (whole) return or(like(column, '% ', whole, ' %'), wordCondition(text.replaceAll(' ', ''), column))!
  const begin = partialPhone(text, country)
  const digits = text.replaceAll(/\D/g, '')
  return or(begin ? like(column, '% ', begin, '%') : undefined, wordCondition(digits, column))!
}

function isPhoneLike(text: string): boolean {
  return /^\+?[\d\s().-]+$/.test(text) && text.replaceAll(/\D/g, '').length >= shortest
}
