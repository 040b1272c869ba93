import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max'

/**
 * Reads a phone number as people and vendors write it (`8 (916) 123-45-67`, `+7916…`, `0049…`, `7916…` without its
 * plus, also in the middle of a sentence) and gives it as E.164; undefined when it is no possible number.
 *
 * @param country ISO 3166-1 alpha-2: how a number without a country code is read.
 */
export function parsePhone(text: string, country?: string): string | undefined {
  const trimmed = text.trim().replace(/^00\s?(?=[1-9])/, '+')
  const home = country?.toUpperCase() as CountryCode | undefined
  const national = parsePhoneNumberFromString(trimmed, home && isSupportedCountry(home) ? home : undefined)
  if (national?.isValid()) return national.number
  const digits = trimmed.replaceAll(/[\s().-]/g, '')
  if (!/^\d{10,15}$/.test(digits)) return undefined
  const international = parsePhoneNumberFromString(`+${digits}`)
  return international?.isValid() ? international.number : undefined
}
