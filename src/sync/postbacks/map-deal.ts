import { readAttribute } from '../../contacts/attribute.ts'
import { dealFieldsSchema } from '../../crm/create-deal.ts'

/** What a body says of a deal. */
export interface MappedDeal {
  name?: string
  budget?: number
  currency?: string
  description?: string
  /** By name. */
  stage?: string
  variables: NonNullable<ReturnType<typeof dealFieldsSchema.variables.parse>>
}

/** Puts a value into its place in a deal; throws what was wrong with it and what is expected. */
export function readDealField(deal: MappedDeal, to: string, value: unknown): void {
  if (to.startsWith('variables.')) {
    const read = dealFieldsSchema.variables.safeParse({ [to.slice('variables.'.length)]: value })
    if (!read.success) throw new Error(read.error.issues[0]!.message)
    Object.assign(deal.variables, read.data)
    return
  }
  const read = readers[to]!(value)
  if (read === undefined) throw new Error(`${shown(value)} cannot be kept here; expected ${expectations[to]}`)
  Object.assign(deal, { [to]: read })
}

const text = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : undefined)

const readers: Record<string, (value: unknown) => unknown> = {
  name: (value) => dealFieldsSchema.name.safeParse(text(value)).data,
  budget: (value) => {
    // The way people write numbers does not depend on the place.
    const read = readAttribute({ type: 'number', choices: null }, text(value), { country: '', timeZone: 'UTC' })
    const budget = 'value' in read ? dealFieldsSchema.budget.safeParse(read.value).data : undefined
    return budget ?? undefined
  },
  currency: (value) => dealFieldsSchema.currency.safeParse(text(value)).data ?? undefined,
  description: (value) => dealFieldsSchema.description.safeParse(text(value)).data ?? undefined,
  stage: text,
}

const expectations: Record<string, string> = {
  name: 'a text of at most 200 characters',
  budget: 'an amount such as 1500.5',
  currency: 'a currency of ISO 4217 such as EUR',
  description: 'a text of at most 20,000 characters',
  stage: 'the name of a stage',
}

function shown(value: unknown): string {
  const json = JSON.stringify(value)
  return json.length > 60 ? `${json.slice(0, 60)}…` : json
}
