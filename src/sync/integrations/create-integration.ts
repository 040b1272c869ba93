import { z } from 'zod'
import { channelNameSchema } from '../../conversations/channels/create-channel.ts'
import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { invalidInput, parseInput } from '../../platform/faults.ts'
import { randomToken } from '../../platform/ids.ts'
import { readSettings, sealSettings } from '../../platform/secret-settings.ts'
import type { Vault } from '../../platform/secrets.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import type { CrmCatalogue, CrmDefinition, CrmLists } from '../crm.ts'
import { checkMapping } from '../mapping/check-mapping.ts'
import { type CrmMapping, crmMappingSchema, emptyMapping } from '../mapping/mapping.ts'
import { readOurSide } from '../mapping/our-side.store.ts'
import { type Integration, sealPlace } from './integration.ts'
import { insertIntegration } from './integrations.store.ts'

export const integrationNameSchema = channelNameSchema.describe(
  'Unique in the project; flows and declarations call the integration by it.',
)

export const directionSchema = z
  .enum(['push', 'pull', 'both'])
  .describe('`push`: from here to there only; `pull`: from there to here only; `both`. A mapped field may go less far.')

export const sendsSchema = z
  .enum(['by_flow', 'every_deal'])
  .describe(
    '`by_flow`: what blocks of flows send, and later changes of that; `every_deal`: every deal with its contact.',
  )

export const newIntegrationSchema = z.strictObject({
  kind: z.string().describe('One of `GET /integration-kinds`.'),
  name: integrationNameSchema,
  settings: z.record(z.string(), z.unknown()).default({}).describe('As the kind describes them.'),
  direction: directionSchema.default('both'),
  sends: sendsSchema.default('by_flow'),
  mapping: crmMappingSchema
    .optional()
    .describe('How the two sides answer to each other; when it is absent, connecting fills in what has equal names.'),
  enabled: z.boolean().default(true),
})

/** What integrations are made with: the kinds there are, and what their secrets are sealed by. */
export interface IntegrationParts {
  crmCatalogue: CrmCatalogue
  vault: Vault
}

/** Makes an integration; it is not connected with its account yet. Throws `invalid`, and `conflict` when the name is taken. */
export async function createIntegration(
  tx: Tx,
  context: WorkContext,
  input: z.input<typeof newIntegrationSchema>,
  { crmCatalogue, vault }: IntegrationParts,
): Promise<Integration> {
  const { kind, name, settings, mapping, ...rest } = parseInput(newIntegrationSchema, input, 'integration')
  const definition = definitionOf(crmCatalogue, kind)
  if (mapping) await refuseFaulty(tx, context.projectId, mapping, null)
  const hookId = randomToken('hk')
  const integration = await insertIntegration(tx, {
    ...rest,
    projectId: context.projectId,
    kind,
    name,
    settings: sealSettings(definition, vault, sealPlace({ hookId }), readSettings(definition, settings)),
    hookId,
    mapping: mapping ?? emptyMapping,
    createdAt: context.now,
    updatedAt: context.now,
  })
  if (!integration) throw integrationNameTaken(name)
  const data = { integrationId: integration.id, name, integrationKind: kind }
  await recordWork(tx, context, 'integration.created', {}, data)
  return integration
}

/** The kind of that name; throws `invalid` and names those there are. */
export function definitionOf(catalogue: CrmCatalogue, kind: string): CrmDefinition {
  const definition = catalogue.get(kind)
  if (definition) return definition
  const message = `there is no kind "${kind}"; expected one of ${[...catalogue.keys()].join(', ')}`
  throw invalidInput('integration', [{ path: 'kind', message }])
}

/** Throws `invalid` with every fault of a mapping; what the account has is checked as far as it was read. */
export async function refuseFaulty(
  tx: Tx,
  projectId: number,
  mapping: CrmMapping,
  lists: CrmLists | null,
): Promise<void> {
  const faults = checkMapping(mapping, lists, await readOurSide(tx, projectId))
  if (faults.length > 0) throw invalidInput('integration', faults)
}

export function integrationNameTaken(name: string): AppError {
  return new AppError('conflict', `The project has an integration "${name}" already; choose another name.`)
}
