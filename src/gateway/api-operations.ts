import * as contacts from '../contacts/contacts.schemas.ts'
import * as filters from '../contacts/filters/filters.schemas.ts'
import * as identities from '../contacts/identities.schemas.ts'
import * as imports from '../contacts/imports/imports.schemas.ts'
import * as merges from '../contacts/merge/merge.schemas.ts'
import * as notes from '../contacts/notes.schemas.ts'
import * as channels from '../conversations/channels/channels.schemas.ts'
import * as signIn from '../conversations/channels/sign-in.schemas.ts'
import * as conversations from '../conversations/conversations.schemas.ts'
import * as dialogues from '../conversations/dialogues.schemas.ts'
import * as crm from '../crm/crm.schemas.ts'
import * as deals from '../crm/deals.schemas.ts'
import * as distribution from '../crm/distribution/distribution.schemas.ts'
import * as salesPlans from '../crm/sales-plans/sales-plans.schemas.ts'
import * as tasks from '../crm/tasks/tasks.schemas.ts'
import * as calculator from '../flows/calculator/calculator.schemas.ts'
import * as emailTemplates from '../flows/email-templates/email-templates.schemas.ts'
import * as flows from '../flows/flows.schemas.ts'
import * as runs from '../flows/runs.schemas.ts'
import type { Operation } from '../platform/http/operation.ts'
import * as exchange from '../sync/exchange/exchange.schemas.ts'
import * as integrations from '../sync/integrations/integrations.schemas.ts'
import * as mapping from '../sync/mapping/mapping.schemas.ts'
import * as postbacks from '../sync/postbacks/postbacks.schemas.ts'
import * as webhooks from '../sync/webhooks/webhooks.schemas.ts'
import * as operatorIdentities from '../team/identities/operator-identities.schemas.ts'
import * as team from '../team/team.schemas.ts'
import * as changes from './changes.schemas.ts'
import * as contactCard from './contact-card/contact-card.schemas.ts'
import * as declarations from './declarations/declarations.schemas.ts'
import * as files from './files/files.schemas.ts'

/** All calls of the API as plain data, without what answers them. */
export const apiOperations: readonly Operation[] = [
  team,
  operatorIdentities,
  channels,
  contacts,
  filters,
  identities,
  imports,
  notes,
  merges,
  conversations,
  dialogues,
  signIn,
  files,
  crm,
  deals,
  distribution,
  tasks,
  salesPlans,
  flows,
  emailTemplates,
  runs,
  calculator,
  webhooks,
  postbacks,
  integrations,
  mapping,
  exchange,
  changes,
  contactCard,
  declarations,
].flatMap((module) => Object.values(module).filter(isOperation))

function isOperation(value: unknown): value is Operation {
  return typeof value === 'object' && value !== null && 'path' in value && 'access' in value
}
