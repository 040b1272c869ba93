import { DateTime } from 'luxon'
import type { DealStatus } from '../../../crm/crm.table.ts'
import { currentDeal, openStatuses } from '../../../crm/current-deal.ts'
import { countDealsAsked, dealIds, latestDealMoment, newestDeal } from '../../../crm/deal-lookups.store.ts'
import { optional, required } from '../function.ts'
import { field } from '../functions/origins.ts'
import type { CalculatorHost } from '../host.ts'
import { strftime } from '../strftime.ts'
import type { CalculatorValue } from '../value.ts'
import { defineHostFunction, type HostFunction } from './define-host-function.ts'
import { clientGiven, clientParameter, isAbsent, numberGiven, orderGiven } from './numbers-given.ts'

const closedStatuses: readonly DealStatus[] = ['success', 'fail', 'archived']
const usualFormat = '%d.%m.%y %H:%M'

/** What scripts ask about orders. */
export const orderLookupFunctions: readonly HostFunction[] = [
  defineHostFunction({
    name: 'get_order_id',
    group: 'deals',
    summary:
      "The client's current active order: the one that the run is about while it is open, else the latest of those that are neither " +
      'won, lost nor archived. This is what a function means where no order is given. The variable `order_id` is the same as ' +
      '`{client_id}-{order_id}`; functions take both.',
    parameters: {},
    returns: 'The number of the order, or None.',
    examples: [{ source: 'id = get_order_id()' }],
    knownFrom: field,
    call: async (_args, { host }) => (await host.currentDeal())?.deal.id ?? null,
  }),
  listFunction('get_active_orders_ids', openStatuses, 'neither won, lost nor archived'),
  listFunction('get_success_orders_ids', ['success'], 'won'),
  listFunction('get_fail_orders_ids', ['fail'], 'lost'),
  defineHostFunction({
    name: 'get_current_pipline_id',
    aliases: ['get_current_pipeline_id'],
    group: 'clients',
    summary: "The pipeline of the client's current active order.",
    parameters: {},
    returns: 'The number of the pipeline; None without such an order, and while it is unprocessed.',
    examples: [{ source: 'get_current_pipline_id() == 3' }],
    knownFrom: field,
    async call(_args, { host }) {
      const deal = (await host.currentDeal())?.deal
      return deal && deal.status !== 'unprocessed' ? deal.pipelineId : null
    },
  }),
  defineHostFunction({
    name: 'get_state_id',
    group: 'deals',
    summary: 'The stage that an order stands in.',
    parameters: {
      client_id: clientParameter,
      order_id: optional(
        'any',
        "The number of the order, or `{client_id}-{order_id}`. That client's current active order when absent.",
      ),
    },
    returns: 'The number of the stage, or None.',
    examples: [{ source: 'get_state_id()' }, { source: 'get_state_id(client_id, order_id)' }],
    knownFrom: field,
    async call({ client_id, order_id }, { host }) {
      const found = isAbsent(order_id) ? await currentOf(host, client_id) : await orderGiven(host, order_id)
      return found?.deal.stageId ?? null
    },
  }),
  defineHostFunction({
    name: 'get_order_id_by_var_value',
    group: 'deals',
    summary: 'The latest order in which a variable has a value. A number and its text count as the same.',
    parameters: {
      var_name: required('text', 'The name of a variable of orders.'),
      var_value: required('any', 'The value.'),
      client_id: optional('any', 'Only orders of this client; those of the whole project when absent.'),
    },
    returns: 'The number of the order, or None.',
    examples: [{ source: 'get_order_id_by_var_value("invoice", "A-17")' }],
    knownFrom: field,
    async call({ var_name, var_value, client_id }, { host }) {
      const contactId = isAbsent(client_id) ? undefined : await clientGiven(host, client_id)
      if (contactId === undefined && !isAbsent(client_id)) return null
      const variable = { name: var_name, value: var_value }
      return (await newestDeal(host.tx, host.work.projectId, { contactId, variable }))?.deal.id ?? null
    },
  }),
  defineHostFunction({
    name: 'latest_order_datetime',
    group: 'deals',
    summary: "When the client's latest order was made, in the time zone of the script.",
    parameters: {
      client_id: clientParameter,
      dt_fmt: optional('text', 'How the moment is written.', usualFormat),
    },
    returns: 'A text, or None when the client has no order.',
    examples: [{ source: 'latest_order_datetime()' }, { source: 'latest_order_datetime(client_id, "%Y-%m-%d")' }],
    knownFrom: field,
    async call({ client_id, dt_fmt }, { host, now }) {
      const contactId = await clientGiven(host, client_id)
      const at = contactId === undefined ? undefined : await latestDealMoment(host.tx, host.work.projectId, contactId)
      if (!at) return null
      const local = DateTime.fromJSDate(at, { zone: now.zone }).setLocale(now.locale ?? 'en')
      return strftime(local, dt_fmt || usualFormat)
    },
  }),
  defineHostFunction({
    name: 'count_client_orders',
    group: 'deals',
    summary: 'How many orders a client has.',
    parameters: {
      client_id: clientParameter,
      state_id: optional('any', 'Only those in the stage of this number.'),
      get_all: optional('number', '1: whatever their status. 0: `active` decides.', 1),
      active: optional('number', '1: those that are neither won, lost nor archived. 0: the others.', 1),
    },
    returns: 'A whole number.',
    examples: [{ source: 'count_client_orders()' }, { source: 'count_client_orders(client_id, 12, 0, 1)' }],
    knownFrom: field,
    async call({ client_id, state_id, get_all, active }, { host }) {
      const contactId = await clientGiven(host, client_id)
      const stageId = isAbsent(state_id) ? undefined : numberGiven(state_id)
      if (contactId === undefined || (stageId === undefined && !isAbsent(state_id))) return 0
      const statuses = get_all !== 0 ? undefined : active !== 0 ? openStatuses : closedStatuses
      return countDealsAsked(host.tx, host.work.projectId, { contactId, stageId, statuses })
    },
  }),
  defineHostFunction({
    name: 'get_count_orders',
    group: 'deals',
    summary: 'How many orders of the whole project stand in a stage.',
    parameters: { state_id: required('any', 'The number of the stage.') },
    returns: 'A whole number; 0 when there is no such stage.',
    examples: [{ source: 'get_count_orders(12)' }],
    knownFrom: field,
    async call({ state_id }, { host }) {
      const stageId = numberGiven(state_id)
      return stageId === undefined ? 0 : countDealsAsked(host.tx, host.work.projectId, { stageId })
    },
  }),
]

function listFunction(name: string, statuses: readonly DealStatus[], kind: string): HostFunction {
  return defineHostFunction({
    name,
    group: 'deals',
    summary: `The client's orders that are ${kind}.`,
    parameters: {},
    returns: 'A list of numbers, the latest first, at most 1000; an empty one when there are none.',
    examples: [{ source: `arr_len(${name}())` }],
    knownFrom: field,
    call: (_args, { host }) => dealIds(host.tx, host.work.projectId, { contactId: host.contactId(), statuses }),
  })
}

async function currentOf(host: CalculatorHost, client: CalculatorValue | undefined) {
  const contactId = await clientGiven(host, client)
  if (contactId === undefined) return undefined
  return contactId === host.contactId() ? host.currentDeal() : currentDeal(host.tx, host.work.projectId, contactId)
}
