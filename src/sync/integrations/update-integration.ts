import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Tx } from '../../platform/database/database.ts'
import { parseInput } from '../../platform/faults.ts'
import { mergeSettings, openSettings, readSettings, sealSettings } from '../../platform/secret-settings.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { crmMappingSchema } from '../mapping/mapping.ts'
import {
  definitionOf,
  directionSchema,
  type IntegrationParts,
  integrationNameSchema,
  integrationNameTaken,
  refuseFaulty,
  sendsSchema,
} from './create-integration.ts'
import { getIntegration } from './get-integration.ts'
import { type Integration, sealPlace } from './integration.ts'
import { findIntegrationByName, findLists, updateIntegrationRow } from './integrations.store.ts'

export const integrationUpdateSchema = z.strictObject({
  name: integrationNameSchema.optional(),
  settings: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('Laid over those it has: null takes one away, a masked secret stays as it was.'),
  direction: directionSchema.optional(),
  sends: sendsSchema.optional(),
  mapping: crmMappingSchema.optional().describe('Instead of the one it has, checked against the lists of the account.'),
  enabled: z.boolean().optional().describe('Nothing goes to or comes from an integration that is switched off.'),
})

/**
 * Changes what is present of an integration. What stays the same is not recorded. Throws `invalid`, `not_found`, and `conflict`
 * when the name is taken.
 */
export async function updateIntegration(
  tx: Tx,
  context: WorkContext,
  input: z.input<typeof integrationUpdateSchema> & { integrationId: number },
  { crmCatalogue, vault }: IntegrationParts,
): Promise<Integration> {
  const { integrationId, ...rest } = input
  const { settings, ...fields } = parseInput(integrationUpdateSchema, rest, 'integration')
  const before = await getIntegration(tx, context.projectId, integrationId)
  const namesake =
    fields.name === undefined ? undefined : await findIntegrationByName(tx, context.projectId, fields.name)
  if (namesake && namesake.id !== before.id) throw integrationNameTaken(namesake.name)
  const { mapping } = fields
  if (mapping && !isDeepStrictEqual(mapping, before.mapping)) {
    await refuseFaulty(tx, context.projectId, mapping, (await findLists(tx, before.id))?.lists ?? null)
  }

  const definition = definitionOf(crmCatalogue, before.kind)
  const opened = openSettings(definition, vault, sealPlace(before), before.settings)
  const wanted = readSettings(definition, mergeSettings(opened, settings ?? {}))
  const others = Object.entries(fields).filter(
    ([name, value]) => value !== undefined && !isDeepStrictEqual(value, before[name as keyof typeof fields]),
  )
  const sealed = isDeepStrictEqual(opened, wanted)
    ? []
    : [['settings', sealSettings(definition, vault, sealPlace(before), wanted)] as const]
  const changed = [...others, ...sealed]
  if (changed.length === 0) return before
  const row = { ...Object.fromEntries(changed), updatedAt: context.now }
  const integration = (await updateIntegrationRow(tx, before.id, row))!
  await recordWork(
    tx,
    context,
    'integration.updated',
    {},
    { integrationId: before.id, name: integration.name, fields: changed.map(([name]) => name) },
  )
  return integration
}
