import type { ChannelParts } from '../../conversations/channels/create-channel.ts'
import type { BlockRegistry } from '../../flows/block.ts'
import type { ChannelAbilities } from '../../flows/project-lookup.ts'
import type { Tx } from '../../platform/database/database.ts'
import { knownIntegrations } from '../../sync/blocks/known-integrations.ts'
import type { IntegrationParts } from '../../sync/integrations/create-integration.ts'
import type { WorkContext } from '../../team/context.ts'
import { applyChannels } from './apply-channels.ts'
import { applyEmailTemplates } from './apply-email-templates.ts'
import { applyFlows } from './apply-flows.ts'
import { applyFunnels } from './apply-funnels.ts'
import { applyIntegrations } from './apply-integrations.ts'
import { applyProject } from './apply-project.ts'
import { applySync } from './apply-sync.ts'
import type { Applied, Declaration } from './declaration.ts'

/** What a declaration is applied with. */
export interface DeclarationParts extends ChannelParts, IntegrationParts {
  blocks: BlockRegistry
  channels: ChannelAbilities
}

/**
 * Brings a project to what a declaration says, all in the one transaction: things are found by their names, made where they are
 * missing, and changed where they differ; what the declaration does not name stays. Applied again it changes nothing. Throws
 * `invalid` or `conflict` with the places of all faults of the first part that has any.
 */
export async function applyDeclaration(
  tx: Tx,
  context: WorkContext,
  declaration: Declaration,
  parts: DeclarationParts,
): Promise<{ applied: Applied[]; channelIds: number[]; integrationIds: number[] }> {
  // Each step needs the names of those before it; flows may name anything, postbacks name flows.
  const project = await applyProject(tx, context, declaration, parts.vault)
  const funnels = await applyFunnels(tx, context, declaration)
  const channels = await applyChannels(tx, context, declaration, parts)
  const integrations = await applyIntegrations(tx, context, declaration, parts)
  const templates = await applyEmailTemplates(tx, context, declaration)
  const flows = await applyFlows(tx, context, declaration, {
    registry: parts.blocks,
    channels: parts.channels,
    integrations: knownIntegrations,
  })
  const sync = await applySync(tx, context, declaration, parts.vault)
  return {
    applied: [...project, ...funnels, ...channels.applied, ...integrations.applied, ...templates, ...flows, ...sync],
    channelIds: channels.changedIds,
    integrationIds: integrations.changedIds,
  }
}
