import type { z } from 'zod'
import type { Deal } from '../../../crm/deal.ts'
import { updateDeal } from '../../../crm/update-deal.ts'
import { optional, required } from '../function.ts'
import { field } from '../functions/origins.ts'
import { type CalculatorDictionary, type CalculatorValue, dictionaryOf, isList, structureOf, textOf } from '../value.ts'
import { defineHostFunction, type HostFunction } from './define-host-function.ts'
import { isAbsent, orderGiven } from './numbers-given.ts'
import { changeOrder } from './orders.ts'

const order = optional(
  'any',
  "The number of the order, or `{client_id}-{order_id}`. None or an empty text: the client's current active order.",
)
const seenWhere = 'Variables of orders are seen by these functions and the CRM only, not as variables of scripts.'

/** The variables of orders. `name` and `description` are the order's own. */
export const orderVariableFunctions: readonly HostFunction[] = [
  defineHostFunction({
    name: 'get_order_var',
    group: 'deals',
    summary: `The value of a variable of an order; \`name\` and \`description\` are those of the order itself. ${seenWhere}`,
    parameters: { order_id: order, variable: required('text', 'The name of the variable.') },
    returns: 'The value; None when there is no such variable or order.',
    examples: [{ source: 'color = get_order_var(order_id, "color")' }],
    knownFrom: field,
    async call({ order_id, variable }, { host }) {
      const found = await orderGiven(host, order_id)
      return found ? variableOf(found.deal, variable) : null
    },
  }),
  defineHostFunction({
    name: 'get_order_vars',
    group: 'deals',
    summary: 'Several variables of an order at once.',
    parameters: {
      order_id: optional(
        'any',
        "The number of the order, or `{client_id}-{order_id}`; the client's current active order when absent.",
      ),
      names: optional('any', 'A list of names, or one name. All variables when absent or empty.'),
    },
    returns:
      'A dictionary; of a variable that there is not, None. An empty one when there is no such order. `name` and `description` are in it ' +
      'only when they are asked for.',
    examples: [
      { source: 'vars = get_order_vars(order_id, ["color", "doors"])' },
      { source: 'vars = get_order_vars()' },
    ],
    knownFrom: field,
    async call({ order_id, names }, { host }) {
      const found = await orderGiven(host, order_id)
      if (!found) return {}
      const wanted = namesGiven(names)
      if (wanted.length === 0) return found.deal.variables as CalculatorDictionary
      return dictionaryOf(wanted.map((name) => [name, variableOf(found.deal, name)]))
    },
  }),
  defineHostFunction({
    name: 'set_order_var',
    group: 'deals',
    summary: `Sets a variable of an order; \`name\` and \`description\` change the order itself. ${seenWhere}`,
    parameters: {
      order_id: order,
      variable: required('text', 'The name of the variable: letters, digits and `_`.'),
      value: required('any', 'Any value; None takes the variable away.'),
    },
    returns: 'True; False when there is no such order.',
    examples: [{ source: 'set_order_var(order_id, "color", "red")' }],
    knownFrom: field,
    changes: true,
    call: ({ order_id, variable, value }, { host }) =>
      changeOrder(host, order_id, (dealId) =>
        updateDeal(host.tx, host.work, { dealId, ...changesOf({ [variable]: value }) }),
      ),
  }),
  defineHostFunction({
    name: 'set_order_vars',
    group: 'deals',
    summary: 'Sets several variables of an order at once; `name` and `description` change the order itself.',
    parameters: { order_id: order, variables: required('dictionary', 'Values by name; None takes a variable away.') },
    returns: 'True; False when there is no such order.',
    examples: [{ source: 'set_order_vars(order_id, {"color": "red", "doors": 5})' }],
    knownFrom: field,
    changes: true,
    call: ({ order_id, variables }, { host }) =>
      changeOrder(host, order_id, (dealId) => updateDeal(host.tx, host.work, { dealId, ...changesOf(variables) })),
  }),
]

function variableOf(deal: Deal, name: string): CalculatorValue {
  if (name === 'name') return deal.name
  if (name === 'description') return deal.description
  return Object.hasOwn(deal.variables, name) ? (deal.variables[name] as CalculatorValue) : null
}

function namesGiven(value: CalculatorValue | undefined): string[] {
  if (isAbsent(value)) return []
  const list = structureOf(value)
  return isList(list) ? list.map(textOf) : [textOf(value).trim()]
}

/** What values by name change of a deal: two of the names are its own fields. */
function changesOf(values: CalculatorDictionary) {
  const { name, description, ...variables } = values
  return {
    ...(name !== undefined && { name: textOf(name).trim() }),
    ...(description !== undefined && { description: textOf(description) || null }),
    // A plain copy: dictionaries of scripts have no prototype, and would differ from what is stored.
    variables: JSON.parse(JSON.stringify(variables)) as Record<string, z.core.util.JSONType>,
  }
}
