import { AsYouType, type CountryCode, isSupportedCountry } from 'libphonenumber-js/max'

/**
 * The begin of a phone number as somebody types it (`8 916`, `+7 (916`, `0049 30`), in the form that E.164 numbers begin with: `+7916`.
 * Undefined while there is no digit after the code of the country.
 *
 * @param country ISO 3166-1 alpha-2: how a number without a country code is read.
 */
export function partialPhone(text: string, country: string): string | undefined {
  const home = country.toUpperCase()
  const typed = new AsYouType(isSupportedCountry(home) ? (home as CountryCode) : undefined)
  typed.input(text.trim().replace(/^00(?=\s?[1-9])/, '+'))
  return typed.getNumberValue()
}
