import type { CallRequest } from '../../src/conversations/abilities.ts'
import { AppError } from '../../src/platform/errors.ts'
import { countryOfPhone } from '../../src/platform/phone.ts'
import { sipParameterNames, sipServerSchema } from './generic/contract.ts'
import type { VoiceSettings } from './settings.ts'

/**
 * Checks what is to be called before anybody is asked to: the number, the SIP server against the list of those that may be called, the
 * names and values of the parameters. Throws `invalid` or `forbidden`.
 */
export function checkCall(call: CallRequest, settings: VoiceSettings): void {
  const { phone, sipServer, sipParameters } = call
  checkPhone(phone, sipServer !== undefined || settings.driver === 'sip', settings.allowedCountries)
  if (sipServer !== undefined) checkServer(sipServer, settings.allowedSipServers)
  for (const [name, value] of Object.entries(sipParameters)) {
    if (!(sipParameterNames as readonly string[]).includes(name)) {
      throw new AppError('invalid', `"${name}" is no SIP parameter; expected ${sipParameterNames.join(', ')}.`)
    }
    if (/[\r\n\0;<>"]/.test(value) || value.length > 200) {
      throw new AppError(
        'invalid',
        `The SIP parameter ${name} has a line break or one of ; < > "; expected plain text.`,
      )
    }
  }
}

function checkPhone(phone: string, mayBeInternal: boolean, countries: readonly string[] | undefined): void {
  const isNumber = /^\+[1-9]\d{6,14}$/.test(phone)
  if (!isNumber && !(mayBeInternal && /^[0-9*#]{1,32}$/.test(phone))) {
    throw new AppError(
      'invalid',
      'The phone is no number in the form +4930123456; an internal number needs a SIP server.',
    )
  }
  const country = isNumber ? countryOfPhone(phone) : undefined
  const isAllowed = !isNumber || !countries || countries.some((allowed) => allowed.toUpperCase() === country)
  if (!isAllowed) {
    throw new AppError(
      'forbidden',
      `Numbers of ${country ?? 'no one country'} may not be called; the channel's setting allowedCountries says which may.`,
    )
  }
}

function checkServer(server: string, allowed: readonly string[]): void {
  if (!sipServerSchema.safeParse(server).success) {
    throw new AppError('invalid', 'The SIP server is not of the form host or host:port.')
  }
  const name = server.toLowerCase()
  const host = name.replace(/:\d+$/, '')
  if (allowed.some((entry) => [name, host].includes(entry.toLowerCase()))) return
  throw new AppError(
    'forbidden',
    `The SIP server ${server} may not be called; put it into the channel's setting allowedSipServers.`,
  )
}
