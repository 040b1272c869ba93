import type { Fault } from '../platform/errors.ts'
import { parsePhone } from '../platform/phone.ts'

/** Something that tells who a contact is; the kind is named by the adapter (`telegram`, `phone`, `email`, `webchat`). */
export interface Identity {
  kind: string
  value: string
}

/** Brings identities into the one spelling they are kept in, each once; what cannot be one is named as a fault. */
export function readIdentities(input: Identity[], country: string): { identities: Identity[]; faults: Fault[] } {
  const identities = new Map<string, Identity>()
  const faults: Fault[] = []
  input.forEach(({ kind, value }, index) => {
    const read = readValue(kind, value.trim(), country)
    if (!/^[a-z][a-z0-9_]{0,39}$/.test(kind)) {
      faults.push({
        path: `identities[${index}].kind`,
        message: `"${kind}" is no kind of identity; expected one such as phone or email`,
      })
    } else if (!read || read.length > 500) {
      faults.push({
        path: `identities[${index}].value`,
        message: `"${value.slice(0, 60)}" is not a ${kind} that tells who somebody is`,
      })
    } else {
      identities.set(`${kind}/${read}`, { kind, value: read })
    }
  })
  return { identities: [...identities.values()], faults }
}

function readValue(kind: string, value: string, country: string): string | undefined {
  if (kind === 'phone') return parsePhone(value, country)
  if (kind === 'email') return value.toLowerCase()
  return value
}
