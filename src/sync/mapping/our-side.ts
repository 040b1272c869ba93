import type { AttributeDefinition, Locale } from '../../contacts/attribute.ts'
import type { DealPlace } from '../../crm/deal.ts'
import type { CrmEntity, CrmLists } from '../crm.ts'
import type { CrmMapping } from './mapping.ts'

/** What of a project its mapping can speak of. */
export interface OurSide {
  locale: Locale
  attributes: AttributeDefinition[]
  /** All stages, each with its pipeline and spot, in the order of their pipelines. */
  places: DealPlace[]
  operators: OurOperator[]
}

export interface OurOperator {
  id: number
  name: string
  email: string | null
}

/** What of an integration is needed to read values: `lists` are null while the account was never read. */
export interface MappedIntegration {
  projectId: number
  mapping: CrmMapping
  lists: CrmLists | null
}

/** What fields are mapped of. */
export type MappedEntity = Extract<CrmEntity, 'contact' | 'deal'>
