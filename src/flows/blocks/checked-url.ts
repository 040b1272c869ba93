import { AppError } from '../../platform/errors.ts'

/** An address that came out of placeholders; throws `invalid` when it is none of http or https, and says what it is the address of. */
export function checkedUrl(text: string, of: string): string {
  const url = URL.parse(text)
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return text
  throw new AppError('invalid', `The address of ${of} is "${text}"; expected one with http:// or https://`)
}
