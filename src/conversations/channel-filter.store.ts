import { sql } from 'drizzle-orm'
import { contacts } from '../contacts/contacts.table.ts'
import type { FilterField } from '../contacts/filters/filter-field.store.ts'
import { readRowId } from '../contacts/filters/filter-value.ts'
import { choiceOperators } from '../contacts/filters/operators.store.ts'
import type { Subject } from '../contacts/filters/subject.store.ts'
import { conversations } from './conversations.table.ts'

const subject: Subject = {
  where: (_view, test) => sql`exists (select 1 from ${conversations}
    where ${conversations.contactId} = ${contacts.id} and ${test(conversations.channelId)})`,
  not: (condition) => sql`not (${condition})`,
  isSet: () => sql`exists (select 1 from ${conversations} where ${conversations.contactId} = ${contacts.id})`,
}

/** Lets filters of contacts ask in which channels there are conversations with a contact. */
export const channelFilter: FilterField = {
  name: 'channel',
  title: 'Number of a channel that has a conversation with the contact',
  operators: choiceOperators(subject, readRowId, 'the number of a channel'),
}
