const decimal = /^\s*-?(\d+(\.\d*)?|\.\d+)\s*$/

/**
 * The number that a value is or looks like; undefined when it is none. Yes and no are 1 and 0. A text with a plus in front,
 * an exponent or spaces inside is no number: phones and names of products stay texts.
 */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value !== 'string' || value.length > 40 || !decimal.test(value)) return undefined
  return Number(value)
}

/** Whether a text of digits is more than a number can hold exactly, such as a long id. */
export function losesDigits(value: unknown): boolean {
  return typeof value === 'string' && value.length > 15 && !Number.isSafeInteger(Number(value))
}

/** A number as people see it, in 15 digits: what binary fractions add behind them is cut off. */
export function tidy(number: number): number {
  return Number.isSafeInteger(number) ? number : Number(number.toPrecision(15))
}

/** A result with no more places behind the point than it can have, so that 0.1 + 0.2 is 0.3 and 100.1 - 100 is 0.1. */
export function toPlaces(result: number, places: number): number {
  if (Number.isSafeInteger(result) || places > 15 || !Number.isFinite(result)) return result
  return Number(result.toFixed(places))
}

/** How many places a number has behind its point. */
export function placesOf(number: number): number {
  if (Number.isInteger(number)) return 0
  const [digits = '', exponent = '0'] = String(number).split('e')
  return Math.max(0, (digits.split('.')[1]?.length ?? 0) - Number(exponent))
}

/** A number in digits: whole ones without a point, none with an exponent. */
export function shownNumber(number: number): string {
  const shown = String(tidy(number))
  if (!shown.includes('e')) return shown
  if (Math.abs(number) >= 1) return BigInt(tidy(number)).toString()
  return number.toFixed(Math.min(100, 15 - Math.floor(Math.log10(Math.abs(number))))).replace(/0+$/, '')
}

/** Rounded half away from zero, as by hand: 2.675 to two places is 2.68. Negative places round to tens and hundreds. */
export function roundTo(number: number, places: number): number {
  if (number === 0) return 0
  const [digits, exponent] = number.toExponential(14).split('e') as [string, string]
  const shifted = Number(`${digits}e${Number(exponent) + places}`)
  const whole = Math.sign(shifted) * Math.round(Math.abs(tidy(shifted)))
  const [wholeDigits, wholeExponent = '0'] = String(whole).split('e') as [string, string?]
  return Number(`${wholeDigits}e${Number(wholeExponent) - places}`) + 0
}
