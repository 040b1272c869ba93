import { readAttributes } from '../contacts/attributes.store.ts'
import type { Capabilities } from '../conversations/channel.ts'
import { readChannels } from '../conversations/channels/channels.store.ts'
import type { ConversationKind } from '../conversations/message.ts'
import { readRules } from '../crm/distribution/distribution.store.ts'
import { readPipelines, readSpots } from '../crm/pipelines.store.ts'
import { readPlanNames } from '../crm/sales-plans/sales-plans.store.ts'
import type { Queryable } from '../platform/database/database.ts'
import { readProject } from '../team/read-project.ts'
import { selectOperators } from '../team/team.store.ts'
import type { KnownIntegration, ProjectLookup } from './block.ts'
import { readEmailTemplateNames } from './email-templates/email-templates.store.ts'
import { readGraphs } from './flows.store.ts'

/** Reads what a flow of the project can refer to. */
export async function readProjectLookup(
  db: Queryable,
  projectId: number,
  { channels, integrations }: LookupParts,
): Promise<ProjectLookup> {
  const attributes = await readAttributes(db, projectId)
  const spots = await readSpots(db, projectId)
  const pipelines = await readPipelines(db, projectId)
  const graphs = await readGraphs(db, projectId)
  const pipelinesOf = (spotId: number) =>
    pipelines
      .filter((pipeline) => pipeline.spotId === spotId)
      .map(({ name, stages }): [string, string[]] => [name, stages.map((stage) => stage.name)])
  return {
    attributes: new Map(attributes.map(({ name, type, choices }) => [name, { type, choices }])),
    spots: new Map(spots.map(({ id, name }) => [name, new Map(pipelinesOf(id))])),
    channels: new Map(
      (await readChannels(db, projectId)).map(({ id, name }) => [
        name,
        { can: (kind) => channels.capabilities(id, kind) },
      ]),
    ),
    salesPlans: new Set(await readPlanNames(db, projectId)),
    emailTemplates: new Set(await readEmailTemplateNames(db, projectId)),
    rules: new Set((await readRules(db, projectId)).map(({ name }) => name)),
    operators: new Set(
      (await selectOperators(db, projectId)).flatMap(({ email }) => (email === null ? [] : [email.toLowerCase()])),
    ),
    flows: new Map(
      graphs.map(({ name, draft, live }) => [
        name,
        new Set([...draft.blocks, ...(live?.blocks ?? [])].map((block) => block.id)),
      ]),
    ),
    integrations: await integrations(db, projectId),
    defaultFlow: (await readProject(db, projectId)).defaultFlow ?? undefined,
  }
}

/** What lies above flows or outside of the database and is asked when a flow is checked; the composing file tells it. */
export interface LookupParts {
  channels: ChannelAbilities
  /** The integrations with other CRMs that a project has, by name. */
  integrations(db: Queryable, projectId: number): Promise<ReadonlyMap<string, KnownIntegration>>
}

/** What channels can do, as far as they are open. */
export interface ChannelAbilities {
  capabilities(channelId: number, kind: ConversationKind): Capabilities | undefined
}
