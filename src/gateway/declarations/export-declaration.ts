import { readAttributes } from '../../contacts/attributes.store.ts'
import type { ChannelCatalogue } from '../../conversations/channel.ts'
import { readChannels } from '../../conversations/channels/channels.store.ts'
import type { Channel } from '../../conversations/conversation.ts'
import { readPipelines, readSpots } from '../../crm/pipelines.store.ts'
import { listEmailTemplates } from '../../flows/email-templates/email-templates.store.ts'
import { listFlows } from '../../flows/flows.store.ts'
import { getFlow } from '../../flows/get-flow.ts'
import type { Queryable } from '../../platform/database/database.ts'
import { openOnly } from '../../platform/secret-settings.ts'
import type { CrmCatalogue } from '../../sync/crm.ts'
import type { Integration } from '../../sync/integrations/integration.ts'
import { listIntegrations } from '../../sync/integrations/integrations.store.ts'
import { shownAuth } from '../../sync/postbacks/postback-secret.ts'
import { listPostbacks, type NamedPostback } from '../../sync/postbacks/postbacks.store.ts'
import type { Webhook } from '../../sync/webhooks/webhook.ts'
import { listWebhooks } from '../../sync/webhooks/webhooks.store.ts'
import { readProject } from '../../team/read-project.ts'
import { selectVariables } from '../../team/team.store.ts'
import type { DeclarationInput } from './declaration.ts'
import { everyPage } from './every-page.ts'

/** A project as a declaration: applied to it again it changes nothing. Secrets are left out. */
export async function exportDeclaration(
  db: Queryable,
  projectId: number,
  { catalogue, crmCatalogue }: { catalogue: ChannelCatalogue; crmCatalogue: CrmCatalogue },
): Promise<DeclarationInput> {
  const { name, timeZone, country, workingHours, defaultFlow } = await readProject(db, projectId)
  const variables = await selectVariables(db, projectId)
  const attributes = await readAttributes(db, projectId)
  const channels = await readChannels(db, projectId)
  const integrations = await everyPage((page) => listIntegrations(db, projectId, page))
  const templates = await everyPage((page) => listEmailTemplates(db, projectId, page))
  const webhooks = await everyPage((page) => listWebhooks(db, projectId, page))
  const postbacks = await everyPage((page) => listPostbacks(db, projectId, page))
  return {
    project: { name, timeZone, country, workingHours, ...(defaultFlow !== null && { defaultFlow }) },
    variables: Object.fromEntries(
      variables.map((variable) => [variable.name, variable.secret ? { secret: true } : variable.value]),
    ),
    attributes: attributes.map((attribute) => ({
      name: attribute.name,
      title: attribute.title,
      type: attribute.type,
      ...(attribute.choices && { choices: attribute.choices }),
    })),
    spots: await exportSpots(db, projectId),
    channels: channels.map((channel) => exportChannel(channel, catalogue)),
    integrations: integrations.map((integration) => exportIntegration(integration, crmCatalogue)),
    emailTemplates: templates.map(({ name, subject, text, html }) => ({ name, subject, text, html })),
    flows: await exportFlows(db, projectId),
    webhooks: webhooks.map(exportWebhook),
    postbacks: postbacks.map(exportPostback),
  }
}

async function exportSpots(db: Queryable, projectId: number): Promise<DeclarationInput['spots']> {
  const pipelines = await readPipelines(db, projectId)
  return (await readSpots(db, projectId)).map((spot) => ({
    name: spot.name,
    pipelines: pipelines
      .filter((pipeline) => pipeline.spotId === spot.id)
      .map(({ name, stages }) => ({
        name,
        stages: stages.map(({ name, type, color }) => ({ name, type, color })),
      })),
  }))
}

function exportChannel({ kind, name, settings, enabled, botReturnsAfter }: Channel, catalogue: ChannelCatalogue) {
  return {
    kind,
    name,
    settings: openOnly(catalogue.get(kind), settings),
    enabled,
    ...(botReturnsAfter !== null && { botReturnsAfter }),
  }
}

function exportIntegration(integration: Integration, catalogue: CrmCatalogue) {
  const { kind, name, settings, direction, sends, mapping, enabled } = integration
  return { kind, name, settings: openOnly(catalogue.get(kind), settings), direction, sends, mapping, enabled }
}

async function exportFlows(db: Queryable, projectId: number): Promise<DeclarationInput['flows']> {
  const flows: NonNullable<DeclarationInput['flows']> = []
  for (const { id, liveVersionId } of await everyPage((page) => listFlows(db, projectId, page))) {
    const { draft } = await getFlow(db, projectId, id)
    flows.push({ ...draft, publish: liveVersionId !== null })
  }
  return flows
}

function exportWebhook({ name, url, kinds, filter, method, headers, template, enabled }: Webhook) {
  return {
    name,
    url,
    kinds,
    ...(filter && { filter }),
    ...(method !== 'POST' && { method }),
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(template !== null && { template }),
    enabled,
  }
}

function exportPostback({ name, mapping, auth, flow, blockId, sendingChannel, enabled }: NamedPostback) {
  const shown = shownAuth(auth)
  return {
    name,
    ...(mapping && { mapping }),
    ...(shown && { auth: shown }),
    ...(flow && { flow }),
    ...(blockId && { block: blockId }),
    ...(sendingChannel && { sendingChannel }),
    enabled,
  }
}
