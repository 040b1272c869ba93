import { AppError } from '../../platform/errors.ts'

/** The names that the parameters of a SIP call may have. */
const names = ['transport', 'timeout', 'from', 'user', 'password', 'maxduration'] as const
const transports = ['udp', 'tcp', 'tls']

/** What is wrong with one parameter's value, by its name; undefined when nothing is. */
const faults: Record<(typeof names)[number], (value: string) => string | undefined> = {
  transport: (value) => (transports.includes(value) ? undefined : `expected one of ${transports.join(', ')}`),
  timeout: (value) => secondsFault(value, 600),
  from: lineFault,
  user: lineFault,
  password: lineFault,
  maxduration: (value) => secondsFault(value, 14_400),
}

/**
 * Reads `key=value;key=value`, such as `transport=udp;timeout=30`. Throws `invalid` for a name that is not known, one that stands there
 * twice, and a value that does not fit.
 *
 * @param render Fills in the placeholders of a value; without it a value that has some is taken as it is.
 */
export function readSipParameters(text: string, render?: (template: string) => string): Record<string, string> {
  const parameters: Record<string, string> = {}
  for (const pair of text.split(';')) {
    if (pair.trim() === '') continue
    const at = pair.indexOf('=')
    const name = (at < 0 ? pair : pair.slice(0, at)).trim().toLowerCase()
    if (at < 0) throw refused(`"${name}" has no value; expected key=value;key=value, such as transport=udp;timeout=30`)
    if (!isName(name)) throw refused(`"${name}" is no parameter; expected ${names.join(', ')}`)
    if (name in parameters) throw refused(`"${name}" stands there twice`)
    const template = pair.slice(at + 1).trim()
    const value = render ? render(template) : template
    const fault = !render && template.includes('{{') ? undefined : faults[name](value)
    if (fault) throw refused(`${name}: ${fault}`)
    parameters[name] = value
  }
  return parameters
}

/** Whether it is `host` or `host:port`, IPv6 in brackets. */
export function isSipServer(text: string): boolean {
  return /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)(:\d{1,5})?$/i.test(text)
}

function isName(name: string): name is (typeof names)[number] {
  return (names as readonly string[]).includes(name)
}

function secondsFault(value: string, most: number): string | undefined {
  const seconds = Number(value)
  return /^\d{1,5}$/.test(value) && seconds >= 1 && seconds <= most ? undefined : `expected seconds from 1 to ${most}`
}

function lineFault(value: string): string | undefined {
  if (/[\r\n\0;<>"]/.test(value)) return 'expected no line break and none of ; < > "'
  return value.length > 0 && value.length <= 200 ? undefined : 'expected 1 to 200 characters'
}

function refused(message: string): AppError {
  return new AppError('invalid', `SIP parameters: ${message}.`)
}
