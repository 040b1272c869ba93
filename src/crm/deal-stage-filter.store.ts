import { sql } from 'drizzle-orm'
import { contacts } from '../contacts/contacts.table.ts'
import type { FilterField } from '../contacts/filters/filter-field.store.ts'
import { readRowId } from '../contacts/filters/filter-value.ts'
import { choiceOperators } from '../contacts/filters/operators.store.ts'
import type { Subject } from '../contacts/filters/subject.store.ts'
import { deals } from './crm.table.ts'

const subject: Subject = {
  where: (_view, test) => sql`exists (select 1 from ${deals}
    where ${deals.contactId} = ${contacts.id} and ${test(deals.stageId)})`,
  not: (condition) => sql`not (${condition})`,
  isSet: () => sql`exists (select 1 from ${deals} where ${deals.contactId} = ${contacts.id})`,
}

/** Lets filters of contacts ask in which stages a contact has deals, whatever their status. */
export const dealStageFilter: FilterField = {
  name: 'dealStage',
  title: 'Number of a stage in which the contact has a deal',
  operators: choiceOperators(subject, readRowId, 'the number of a stage'),
}
