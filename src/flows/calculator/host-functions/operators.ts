import { operatorOfClient } from '../../../crm/distribution/operator-of-client.ts'
import type { Operator } from '../../../team/operator.ts'
import { optional } from '../function.ts'
import { field } from '../functions/origins.ts'
import type { CalculatorHost } from '../host.ts'
import { defineHostFunction, type HostFunction } from './define-host-function.ts'

/** Whose the client is, and what operators have not read. */
export const operatorFunctions: readonly HostFunction[] = [
  defineHostFunction({
    name: 'free_client',
    group: 'clients',
    summary: 'Takes the client from their operator: nobody has the conversation, nobody is responsible for the client.',
    parameters: {},
    returns: 'True.',
    examples: [{ source: 'free_client()' }],
    knownFrom: field,
    changes: true,
    async call(_args, { host }) {
      await host.act.releaseClient()
      return true
    },
  }),
  defineHostFunction({
    name: 'assign_to_user',
    group: 'clients',
    summary:
      'Gives the client to an operator, with the conversation and the current order. Without an e-mail it is a random operator ' +
      'on shift; with one it is that operator, on shift or not. On shift is who also is within their working hours.',
    parameters: {
      email: optional('text', "The operator's e-mail."),
      only_active: optional('boolean', 'True: only when that operator is on shift.', false),
    },
    returns: 'True; False when there is no such operator or none on shift, and then nothing is changed.',
    examples: [
      { source: 'assign_to_user()' },
      { source: 'assign_to_user("anna@example.com")' },
      { source: 'assign_to_user("anna@example.com", True)' },
    ],
    knownFrom: field,
    changes: true,
    async call({ email, only_active }, { host }) {
      const operator = await host.act.assignOperator({
        ...(email?.trim() && { email: email.trim() }),
        onlyAvailable: only_active,
        withContact: true,
        withDeal: true,
      })
      return operator !== undefined
    },
  }),
  defineHostFunction({
    name: 'distribute_client',
    group: 'clients',
    summary:
      'Gives the client to an operator by the rule of distribution that counts for the pipeline or the channel. When nobody is ' +
      'there, the client waits for somebody.',
    parameters: {},
    returns: 'True; False when nobody was there.',
    examples: [{ source: 'distribute_client()' }],
    knownFrom: field,
    changes: true,
    call: async (_args, { host }) => (await host.act.distribute()) !== undefined,
  }),
  defineHostFunction({
    name: 'get_operator',
    group: 'clients',
    summary: 'Whose the client is: who has the conversation, or else who is responsible for the client.',
    parameters: {},
    returns: "The operator's e-mail (the name of one without an e-mail), or None without an operator.",
    examples: [{ source: 'create_task(get_operator(), "Call back", current_date)' }],
    knownFrom: field,
    async call(_args, { host }) {
      const operator = await operatorOf(host)
      return operator ? operator.email || operator.name : null
    },
  }),
  defineHostFunction({
    name: 'get_operator_name',
    group: 'clients',
    summary: 'The name of the operator whose the client is.',
    parameters: {},
    returns: "The operator's name, the e-mail of one without a name, or None without an operator.",
    examples: [{ source: 'text = "You are talking with " + get_operator_name()' }],
    knownFrom: field,
    async call(_args, { host }) {
      const operator = await operatorOf(host)
      return operator ? operator.name.trim() || operator.email : null
    },
  }),
  defineHostFunction({
    name: 'add_unread',
    group: 'clients',
    summary: 'Lets messages of the conversation count as unread.',
    parameters: {
      count: optional('whole', 'Nothing or 1: one more than there are. Another number: exactly so many.', 1),
    },
    returns: 'True.',
    examples: [{ source: 'add_unread()' }, { source: 'add_unread(5)' }],
    knownFrom: field,
    changes: true,
    async call({ count }, { host }) {
      await host.act.addUnread(count)
      return true
    },
  }),
  defineHostFunction({
    name: 'clear_unread',
    group: 'clients',
    summary: 'Nothing of the conversation counts as unread any more.',
    parameters: {},
    returns: 'True.',
    examples: [{ source: 'clear_unread()' }],
    knownFrom: field,
    changes: true,
    async call(_args, { host }) {
      await host.act.clearUnread()
      return true
    },
  }),
]

function operatorOf(host: CalculatorHost): Promise<Operator | undefined> {
  return operatorOfClient(host.tx, host.work.projectId, {
    contactId: host.contactId(),
    conversationId: host.conversationId(),
  })
}
