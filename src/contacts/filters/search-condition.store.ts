import { and, or, type SQL } from 'drizzle-orm'
import { partialPhone } from '../../platform/partial-phone.ts'
import { parsePhone } from '../../platform/phone.ts'
import { contactSearch } from './contact-search.table.ts'
import { readWords } from './filter-value.ts'
import { like } from './operators.store.ts'

/** Shorter words are looked for at the begin of words only: the index knows nothing smaller than three letters. */
const shortest = 3

/**
 * What holds of contacts that a search finds: every word of it is a part of name, username, e-mail or phone; what looks like a
 * phone number, or like the begin or the end of one, finds it in whatever spelling.
 */
export function searchCondition(search: string, country: string): SQL | undefined {
  const text = readWords(search)
  if (text === undefined) return undefined
  if (isPhoneLike(text)) return phoneCondition(text, country)
  const words = text.split(' ')
  const told = words.filter((word) => /[\p{L}\p{N}]/u.test(word))
  const wanted = told.length > 0 ? told : words
  return and(...wanted.map((word) => (isPhoneLike(word) ? phoneCondition(word, country) : wordCondition(word))))
}

function wordCondition(word: string): SQL {
  const part = word.replace(/^@(?=.)/, '')
  const before = [...part].length < shortest ? '% ' : '%'
  return like(contactSearch.words, before, part, '%')
}

function phoneCondition(text: string, country: string): SQL {
  const whole = parsePhone(text, country)
  if (whole) return or(like(contactSearch.words, '% ', whole, ' %'), wordCondition(text.replaceAll(' ', '')))!
  const begin = partialPhone(text, country)
  const digits = text.replaceAll(/\D/g, '')
  return or(
    begin && digits.length >= shortest ? like(contactSearch.words, '% ', begin, '%') : undefined,
    wordCondition(digits),
  )!
}

function isPhoneLike(text: string): boolean {
  return /^\+?[\d\s().-]+$/.test(text) && text.replaceAll(/\D/g, '').length >= shortest
}
