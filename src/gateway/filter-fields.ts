import type { FilterField } from '../contacts/filters/filter-field.store.ts'
import { channelFilter } from '../conversations/channel-filter.store.ts'
import { dealStageFilter } from '../crm/deal-stage-filter.store.ts'

/** What filters of contacts can ask besides the contacts' own fields, module by module. */
export const filterFields: readonly FilterField[] = [channelFilter, dealStageFilter]
