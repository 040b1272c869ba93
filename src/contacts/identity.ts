import { z } from 'zod'
import type { Fault } from '../platform/errors.ts'
import { type Countries, parsePhone } from '../platform/phone.ts'

/** Something that tells who a contact is; the kind is named by the adapter (`telegram`, `phone`, `email`, `webchat`). */
export interface Identity {
  kind: string
  value: string
}

/** An identity as what came by it keeps it. */
export function identityKey({ kind, value }: Identity): string {
  return `${kind}/${value}`
}

/**
 * Brings identities into the one spelling they are kept in, each once; what cannot be one is named as a fault.
 *
 * @param countries How a phone without a country code is read.
 */
export function readIdentities(input: Identity[], countries: Countries): { identities: Identity[]; faults: Fault[] } {
  const identities = new Map<string, Identity>()
  const faults: Fault[] = []
  input.forEach(({ kind, value }, index) => {
    const read = readValue(kind, value.trim(), countries)
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

function readValue(kind: string, value: string, countries: Countries): string | undefined {
  if (kind === 'phone') return parsePhone(value, countries)
  if (kind === 'email') return emailSchema.safeParse(value.toLowerCase()).data
  return value
}

const emailSchema = z.email().max(254)
