import { type Identity, readIdentities } from '../../contacts/identity.ts'
import type { CrmRecord } from '../crm.ts'
import type { OurSide } from '../mapping/our-side.ts'
import { listOf } from './same-value.ts'

/** The phones and e-mails of a contact there, as we keep them; those that make no sense are left out. */
export function identitiesThere({ values }: Pick<CrmRecord, 'values'>, side: OurSide): Identity[] {
  const given = (['phone', 'email'] as const).flatMap((kind) => listOf(values[kind]).map((value) => ({ kind, value })))
  return readIdentities(given, [side.locale.country]).identities
}
