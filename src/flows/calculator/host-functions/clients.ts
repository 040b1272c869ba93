import { blockContact } from '../../../contacts/block-contact.ts'
import { linkedContactIds } from '../../../contacts/links/links.store.ts'
import { unblockContact } from '../../../contacts/unblock-contact.ts'
import { optional, required } from '../function.ts'
import { field } from '../functions/origins.ts'
import { defineHostFunction, type HostFunction } from './define-host-function.ts'
import { numberGiven } from './numbers-given.ts'

const dayMs = 24 * 60 * 60 * 1000

/** What scripts ask about the client, and do with them. */
export const clientFunctions: readonly HostFunction[] = [
  defineHostFunction({
    name: 'was_in_state',
    group: 'clients',
    summary:
      'Whether the client has been in a block of this flow before. The block in which the script runs counts from its second ' +
      'time on. The trace tells it, so it is known as far back as traces are kept. In a group it tells of this run only.',
    parameters: { message_id: required('any', "The block's number, which the editor shows.") },
    returns: 'True or False; False for a number that no block of the flow has.',
    examples: [{ source: 'if(was_in_state(12), "again", "first time")' }],
    knownFrom: field,
    async call({ message_id }, { host }) {
      const number = numberGiven(message_id)
      return number !== undefined && host.wasInBlock(number)
    },
  }),
  defineHostFunction({
    name: 'days_from_last_message',
    group: 'clients',
    summary:
      "How many whole days have passed since the client's last message, in whichever conversation they wrote it.",
    parameters: {},
    returns: 'A whole number; 9999 after more than 30 days, and for a client who has never written.',
    examples: [{ source: 'days_from_last_message() < 1' }],
    knownFrom: field,
    async call(_args, { host }) {
      const at = await host.lastMessageAt()
      const passed = at ? Math.max(0, host.work.now.getTime() - at.getTime()) : Number.POSITIVE_INFINITY
      return passed > 30 * dayMs ? 9999 : Math.floor(passed / dayMs)
    },
  }),
  defineHostFunction({
    name: 'delete_pended_messages',
    group: 'clients',
    summary: "Cancels the client's pended messages: what delayed arrows would lead to, in every flow.",
    parameters: { all: optional('boolean', 'False keeps those of "do not cancel" arrows.', true) },
    returns: 'True.',
    examples: [{ source: 'delete_pended_messages()' }, { source: 'delete_pended_messages(all=False)' }],
    knownFrom: field,
    changes: true,
    call({ all }, { host }) {
      host.cancelPended(all)
      return true
    },
  }),
  defineHostFunction({
    name: 'set_note',
    group: 'clients',
    summary: 'Writes a note about the client.',
    parameters: { comment: required('text', 'The text of the note.') },
    returns: 'True; False for an empty text, which makes no note.',
    examples: [{ source: 'set_note("Wants a car by #{date}")' }],
    knownFrom: field,
    changes: true,
    async call({ comment }, { host }) {
      if (comment.trim() === '') return false
      await host.act.addNote(comment)
      return true
    },
  }),
  defineHostFunction({
    name: 'unsubscribe',
    group: 'clients',
    summary:
      'The client does not belong to this flow any more. A message of the same block is not sent, and the trace says so; the ' +
      'run goes on.',
    parameters: {},
    returns: 'True.',
    examples: [{ source: 'unsubscribe()' }],
    knownFrom: field,
    changes: true,
    async call(_args, { host }) {
      await host.unsubscribe()
      host.silence('unsubscribe()', true)
      return true
    },
  }),
  defineHostFunction({
    name: 'block_client',
    group: 'clients',
    summary:
      'Blocks the client without end and cancels all their pended messages. A message of the same block is not sent, and the ' +
      'trace says so.',
    parameters: {},
    returns: 'True.',
    examples: [{ source: 'if(insults > 3, block_client())' }],
    knownFrom: field,
    changes: true,
    async call(_args, { host }) {
      host.keepContact(await blockContact(host.tx, host.work, { contactId: host.contactId() }))
      host.cancelPended(true)
      host.silence('block_client()', true)
      return true
    },
  }),
  defineHostFunction({
    name: 'unblock_client',
    group: 'clients',
    summary: 'Lets a blocked client in again.',
    parameters: {},
    returns: 'True, also when the client was not blocked.',
    examples: [{ source: 'unblock_client()' }],
    knownFrom: field,
    changes: true,
    async call(_args, { host }) {
      host.keepContact(await unblockContact(host.tx, host.work, { contactId: host.contactId() }))
      host.silence('block_client()', false)
      return true
    },
  }),
  defineHostFunction({
    name: 'set_client_name',
    group: 'clients',
    summary: 'Gives the client a name: the first word is the first name, the others are the last name.',
    parameters: { name: required('text', 'The name.') },
    returns: 'True; False for an empty name, which changes nothing.',
    examples: [{ source: 'set_client_name("Anna Petrova")' }],
    knownFrom: field,
    changes: true,
    async call({ name }, { host }) {
      const fields = nameFields(name)
      if (!fields) return false
      await host.act.setContact(fields, {})
      return true
    },
  }),
  defineHostFunction({
    name: 'get_bind_clients',
    group: 'clients',
    summary: 'The other cards of the same person, which were linked with this one without being merged.',
    parameters: {},
    returns: 'A list of the numbers of clients; an empty one when none is linked.',
    examples: [{ source: 'arr_len(get_bind_clients())' }],
    knownFrom: field,
    call: (_args, { host }) => linkedContactIds(host.tx, host.work.projectId, host.contactId()),
  }),
]

/** First and last name; undefined for an empty name. */
export function nameFields(name: string): { firstName: string; lastName: string | null } | undefined {
  const [first, ...others] = name.trim().split(/\s+/)
  return first ? { firstName: first, lastName: others.join(' ') || null } : undefined
}
