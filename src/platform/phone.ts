import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max'

/** ISO 3166-1 alpha-2, one or several, the likeliest first; what is no country is passed over. */
export type Countries = string | readonly (string | null | undefined)[]

/**
 * Reads a phone number as people and vendors write it (`8 (916) 123-45-67`, `+7916…`, `0049…`, `7916…` without its
 * plus, also in the middle of a sentence) and gives it as E.164; undefined when it is no possible number.
 *
 * @param countries How a number without a country code is read: as in the first country where it is a possible number.
 */
export function parsePhone(text: string, countries: Countries = []): string | undefined {
  const trimmed = text.trim().replace(/^00\s?(?=[1-9])/, '+')
  for (const home of homesOf(countries)) {
    const number = parsePhoneNumberFromString(trimmed, home)
    if (number?.isValid()) return number.number
  }
  const digits = trimmed.replaceAll(/[\s().-]/g, '')
  if (!/^\d{10,15}$/.test(digits)) return undefined
  const international = parsePhoneNumberFromString(`+${digits}`)
  return international?.isValid() ? international.number : undefined
}

/** The country that a number in E.164 belongs to; undefined for numbers of no one country. */
export function countryOfPhone(phone: string): string | undefined {
  return parsePhoneNumberFromString(phone)?.country
}

function homesOf(countries: Countries): (CountryCode | undefined)[] {
  const given = typeof countries === 'string' ? [countries] : countries
  const homes = given.flatMap((country) => {
    const home = country?.toUpperCase()
    return home && isSupportedCountry(home) ? [home as CountryCode] : []
  })
  return homes.length > 0 ? [...new Set(homes)] : [undefined]
}
