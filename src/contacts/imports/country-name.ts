import { getCountries } from 'libphonenumber-js/max'

/** The country (ISO 3166-1 alpha-2) of a code, or of a name in English or Russian; undefined when it is none. */
export function countryCodeOf(text: string): string | undefined {
  const wanted = text.trim().toLowerCase().replaceAll('ё', 'е')
  codes ??= readCodes()
  return codes.get(wanted)
}

let codes: Map<string, string> | undefined

function readCodes(): Map<string, string> {
  const found = new Map<string, string>([
    ['рф', 'RU'],
    ['usa', 'US'],
    ['uk', 'GB'],
    ['uae', 'AE'],
    ['сша', 'US'],
  ])
  const languages = ['en', 'ru'].map((language) => new Intl.DisplayNames(language, { type: 'region' }))
  for (const code of getCountries()) {
    found.set(code.toLowerCase(), code)
    for (const names of languages) found.set((names.of(code) ?? code).toLowerCase().replaceAll('ё', 'е'), code)
  }
  return found
}
