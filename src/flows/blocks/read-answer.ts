import type { DateTime } from 'luxon'
import { z } from 'zod'
import { parsePhone } from '../../platform/phone.ts'
import type { Reply } from '../block.ts'
import { readMoment } from '../conditions/moment.ts'

export const answerKinds = ['text', 'number', 'phone', 'email', 'date', 'choice'] as const
export type AnswerKind = (typeof answerKinds)[number]

/** With what answers are read: the contact's clock and language, and the country of phones without a code. */
export interface AnswerLocale {
  now: DateTime
  country: string
}

/**
 * The value of an answer that was typed (or shared, for a phone), as it is stored: a number; a phone as E.164; an e-mail in
 * small letters; a date as `yyyy-mm-dd`, with its time as ISO 8601 where one was given. Undefined when it is none.
 * A choice is never typed: the buttons tell it.
 */
export function readAnswer(
  kind: AnswerKind,
  reply: Pick<Reply, 'text' | 'parts'>,
  locale: AnswerLocale,
): string | number | undefined {
  const text = reply.text.trim()
  switch (kind) {
    case 'text':
      return text === '' ? undefined : text
    case 'number':
      return readNumber(text)
    case 'phone':
      return sharedPhone(reply, locale.country) ?? parsePhone(text, locale.country)
    case 'email':
      return z.email().safeParse(text.toLowerCase()).data
    case 'date':
      return readDate(text, locale.now)
    case 'choice':
      return undefined
  }
}

/** The phone of a contact card. Vendors write it in full, often without the plus. */
function sharedPhone({ parts }: Pick<Reply, 'parts'>, country: string): string | undefined {
  const phone = parts.find((part) => part.type === 'contact')?.phone
  if (phone === undefined) return undefined
  return (/^\d+$/.test(phone) ? parsePhone(`+${phone}`) : undefined) ?? parsePhone(phone, country)
}

/**
 * `1200`, `-3`, `1 200,50`, `1,200.50`, `1.200,50`, `$ 20 000`. The last of two different signs parts the decimals; a lone
 * sign before exactly three digits parts the thousands (`1,200` is twelve hundred), else the decimals (`1,5`).
 */
function readNumber(text: string): number | undefined {
  const digits = text.replaceAll(/[\s'’\p{Sc}]/gu, '')
  if (!/^[+-]?\d+([.,]\d+)*$/.test(digits)) return undefined
  const decimal = decimalSign(digits)
  const plain = [...digits].flatMap((char) => (char === decimal ? '.' : /[.,]/.test(char) ? [] : char)).join('')
  const number = Number(plain)
  return Number.isFinite(number) ? number : undefined
}

function decimalSign(digits: string): string | undefined {
  const signs = digits.match(/[.,]/g) ?? []
  const last = signs.at(-1)
  if (new Set(signs).size > 1) return last
  if (signs.length !== 1 || /^[+-]?[1-9]\d{0,2}[.,]\d{3}$/.test(digits)) return undefined
  return last
}

function readDate(text: string, now: DateTime): string | undefined {
  const moment = readMoment(text, now)
  if (!moment) return undefined
  return (
    (moment.precision === 'day' ? moment.at.toISODate() : moment.at.toISO({ suppressMilliseconds: true })) ?? undefined
  )
}
