import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { createRestCrmAdapter } from '../../../../adapters/rest-crm/adapter.ts'
import { type RestCrmSettings, restCrmSettings } from '../../../../adapters/rest-crm/settings.ts'
import { fillInEnvironment } from '../../../../src/gateway/commands/fill-in-environment.ts'
import type { CrmAdapter } from '../../../../src/sync/crm.ts'
import { crmContext, type TestCrmContext } from '../../../crm-context.ts'

/** No call of these tests is ended by it. */
export const never = new AbortController().signal

/** The settings of one of the adapter's examples, its environment filled in, with some of them replaced. */
export async function exampleSettings(
  name: string,
  environment: Record<string, string>,
  over: Record<string, unknown>,
): Promise<RestCrmSettings> {
  const file = new URL(`../../../../adapters/rest-crm/examples/${name}.yaml`, import.meta.url)
  const { integrations } = fillInEnvironment(parse(await readFile(file, 'utf8')), environment) as {
    integrations: { settings: Record<string, unknown> }[]
  }
  return restCrmSettings.parse({ ...integrations[0]!.settings, ...over })
}

/** An adapter of these settings. */
export function adapterOf(
  settings: RestCrmSettings,
  base: TestCrmContext<object>,
): { adapter: CrmAdapter; context: TestCrmContext<RestCrmSettings> } {
  const context = crmContext(settings, { clock: base.clock, http: base.http })
  return { adapter: createRestCrmAdapter(context), context }
}
