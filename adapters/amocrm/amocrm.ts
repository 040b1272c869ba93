import type { CrmDefinition } from '../../src/sync/crm.ts'
import { createAmocrmAdapter } from './adapter.ts'
import { amocrmSettings } from './settings.ts'

/** An account of amoCRM, or of Kommo, as it is called outside of Russia. */
export const amocrm: CrmDefinition = {
  kind: 'amocrm',
  title: 'amoCRM / Kommo',
  example: {
    account: 'example.amocrm.ru',
    clientId: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
    clientSecret: 'the-secret-key-of-the-integration',
  },
  settings: amocrmSettings,
  create: createAmocrmAdapter,
}
