import type { Contact } from '../../../contacts/contact.ts'
import { findOrCreateContact } from '../../../contacts/find-or-create-contact.ts'
import { getContact } from '../../../contacts/get-contact.ts'
import { updateContact } from '../../../contacts/update-contact.ts'
import { createOrUpdateDeal } from '../../../crm/create-or-update-deal.ts'
import { AppError } from '../../../platform/errors.ts'
import { optional } from '../function.ts'
import { field } from '../functions/origins.ts'
import type { CalculatorHost } from '../host.ts'
import { numberOf } from '../number.ts'
import { type CalculatorValue, nameOfKind } from '../value.ts'
import { nameFields } from './clients.ts'
import { defineHostFunction } from './define-host-function.ts'
import { isAbsent, numberGiven } from './numbers-given.ts'

/** What a budget that is no number gives. */
export const budgetFault = 'budget must be a number'

export const createOrder = defineHostFunction({
  name: 'create_order',
  group: 'deals',
  summary:
    'With a name it makes an order, which is the one that the run is about from now on. Without one it changes the ' +
    "client's current active order by what is given, and if there is none makes one with the name `Deal`. A new order begins in the " +
    "first open stage of the project's oldest pipeline unless `state_id` says otherwise.",
  parameters: {
    name: optional('text', 'The name of a new order.', ''),
    budget: optional('any', 'What it is worth.'),
    description: optional('text', 'What else there is to say.', ''),
    client_name: optional('text', 'The name of a client who has none yet.', ''),
    phone: optional(
      'text',
      'The order is of the client with this phone; when there is none in the project, a client is made.',
      '',
    ),
    email: optional('text', 'Without a phone, the same by e-mail; with one, the e-mail of a client who is made.', ''),
    state_id: optional('any', 'The number of the stage that it begins in, or moves to.'),
  },
  returns: `The number of the order. The text \`${budgetFault}\` when the budget is none; nothing is done then.`,
  examples: [
    { source: 'id = create_order("Car", 2500000, "Red", state_id=12)' },
    { source: 'create_order(budget=3000000)  /* of the current order */' },
    { source: 'create_order("Car", 0, "", "Anna Petrova", "+79161234567")' },
  ],
  knownFrom: field,
  changes: true,
  async call({ name, budget, description, client_name, phone, email, state_id }, { host }) {
    const amount = budgetGiven(budget)
    if (amount === undefined) return budgetFault
    const stageId = stageGiven(state_id)
    const own = await ownContact(host, phone || email)
    const client = own ?? (await contactByIdentity(host, { phone, email, name: client_name }))
    await nameClient(host, client, client_name)
    const isOwn = client.id === ownContactId(host)
    const current = isOwn && name.trim() === '' ? await host.currentDeal() : undefined
    const deal = await createOrUpdateDeal(host.tx, host.work, {
      contactId: client.id,
      ...(name.trim() && { name: name.trim() }),
      ...(amount !== null && { budget: amount }),
      ...(description.trim() && { description }),
      ...(stageId !== undefined && { stageId }),
      ...(current && { dealId: current.deal.id }),
      ...(isOwn && { conversationId: host.conversationId() }),
    })
    if (isOwn) await host.useDeal(deal.id)
    else await host.dealChanged(deal.id)
    return deal.id
  },
})

/** A budget as it was given: null when it is absent, undefined when it is no number. */
export function budgetGiven(value: CalculatorValue | undefined): number | null | undefined {
  return isAbsent(value) ? null : numberOf(value)
}

function stageGiven(value: CalculatorValue | undefined): number | undefined {
  if (isAbsent(value)) return undefined
  const stageId = numberGiven(value)
  if (stageId !== undefined) return stageId
  throw new AppError('invalid', `\`state_id\` must be the number of a stage; found ${nameOfKind(value)}`)
}

/** The client of the script, where no other one is named. */
async function ownContact(host: CalculatorHost, other: string): Promise<Contact | undefined> {
  if (other.trim() !== '') return undefined
  return getContact(host.tx, host.work.projectId, host.contactId())
}

/** In a group nobody may have written; an order of somebody else can be made there all the same. */
function ownContactId(host: CalculatorHost): number | undefined {
  try {
    return host.contactId()
  } catch {
    return undefined
  }
}

async function contactByIdentity(
  host: CalculatorHost,
  given: { phone: string; email: string; name: string },
): Promise<Contact> {
  const [phone, email] = [given.phone.trim(), given.email.trim()]
  const { contact } = await findOrCreateContact(host.tx, host.work, {
    findBy: [phone ? { kind: 'phone', value: phone } : { kind: 'email', value: email }],
    fields: { ...(phone && { phone }), ...(email && { email }), ...nameFields(given.name) },
  })
  return contact
}

/** A name that is there already stays. */
async function nameClient(host: CalculatorHost, client: Contact, name: string): Promise<void> {
  const fields = client.firstName || client.lastName ? undefined : nameFields(name)
  if (!fields) return
  host.keepContact(await updateContact(host.tx, host.work, { contactId: client.id, fields }))
}
