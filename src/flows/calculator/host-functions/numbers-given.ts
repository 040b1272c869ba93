import { findContact } from '../../../contacts/contacts.store.ts'
import { findDeal, type PlacedDeal } from '../../../crm/deals.store.ts'
import { optional } from '../function.ts'
import type { CalculatorHost } from '../host.ts'
import { type MaybeValue, textOf } from '../value.ts'

/** The parameter for an order where the current one counts when it is absent. */
export const orderParameter = optional(
  'any',
  "The number of the order, or `{client_id}-{order_id}`. The client's current active order when absent.",
)

export const clientParameter = optional('any', 'The number of a client; the client of the script when absent.')

/** Nothing, or an empty text. */
export function isAbsent(value: MaybeValue): value is null | undefined | '' {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}

/** A number of ours, as a number or a text; of `{client_id}-{order_id}` the last part. Undefined when it is none. */
export function numberGiven(value: MaybeValue): number | undefined {
  const [, digits] = /^\s*(?:\d{1,15}-)?(\d{1,15})\s*$/.exec(textOf(value)) ?? []
  return digits === undefined ? undefined : Number(digits)
}

/** The order that is meant; undefined when the project has none such. */
export async function orderGiven(host: CalculatorHost, value: MaybeValue): Promise<PlacedDeal | undefined> {
  if (isAbsent(value)) return host.currentDeal()
  const id = numberGiven(value)
  return id === undefined ? undefined : findDeal(host.tx, host.work.projectId, id)
}

/** The number of the client that is meant, of one that was merged its survivor's; undefined when the project has none such. */
export async function clientGiven(host: CalculatorHost, value: MaybeValue): Promise<number | undefined> {
  if (isAbsent(value)) return host.contactId()
  const id = numberGiven(value)
  return id === undefined ? undefined : (await findContact(host.tx, host.work.projectId, id))?.id
}
