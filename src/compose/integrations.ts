import type { OpenCrms } from '../gateway/services.ts'
import type { Log } from '../platform/log.ts'
import type { Signals } from '../platform/signals.ts'
import { exchangeTopic } from '../sync/exchange/queue-push.ts'
import type { CrmHub } from '../sync/integrations/crm-hub.ts'

export interface IntegrationsParts {
  hub: CrmHub
  signals: Signals
  log: Log
  /** What this process would hold has changed. */
  refreshLeases(): Promise<void>
}

/** The integrations as the gateway asks for them; one that changed anywhere is opened anew in every process. */
export function followIntegrations({ hub, signals, log, refreshLeases }: IntegrationsParts): OpenCrms {
  const reopen = async (integrationId: number): Promise<void> => {
    await hub.reload(integrationId)
    await refreshLeases()
  }
  signals.onTopics('integration:', (id) => {
    reopen(Number(id)).catch((error: unknown) =>
      log.error({ error, integrationId: Number(id) }, 'An integration cannot be opened anew.'),
    )
  })
  const wake = (integrationId: number) => signals.notify(exchangeTopic(integrationId))
  return {
    byHook: (hookId) => hub.byHook(hookId),
    findByHook: (hookId) => hub.findByHook(hookId),
    adapter: (integrationId) => hub.adapter(integrationId),
    abilities: (integrationId) => hub.get(integrationId)?.adapter.abilities(),
    async changed(integrationId) {
      await reopen(integrationId)
      signals.notifyOthers(`integration:${integrationId}`)
      wake(integrationId)
    },
    wake,
  }
}
