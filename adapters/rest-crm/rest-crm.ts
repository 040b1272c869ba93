import type { CrmDefinition } from '../../src/sync/crm.ts'
import { createRestCrmAdapter } from './adapter.ts'
import { restCrmSettings } from './settings.ts'

const records = (noun: string) => ({
  create: { method: 'POST', path: `/${noun}`, json: '{{ fields }}' },
  update: { method: 'PUT', path: `/${noun}/{{ id }}`, json: '{{ fields }}' },
  read: { request: { path: `/${noun}/{{ id }}` } },
})

/** Any CRM with an API of JSON, connected by settings alone. */
export const restCrm: CrmDefinition = {
  kind: 'rest-crm',
  title: 'Any CRM, by settings',
  example: {
    baseUrl: 'https://api.example.com/v1',
    auth: { type: 'bearer' },
    secret: 'the-token-of-the-account',
    account: { request: { path: '/account' }, name: '$.name' },
    pipelines: [{ id: 'sales', name: 'Sales', stages: [{ id: 'new', name: 'New' }] }],
    users: [],
    contact: {
      fields: [{ key: 'name' }, { key: 'phone', type: 'phone' }, { key: 'email', type: 'email' }],
      ...records('people'),
    },
    deal: {
      fields: [{ key: 'name' }, { key: 'budget', type: 'number' }, { key: 'stage' }],
      ...records('deals'),
    },
  },
  settings: restCrmSettings,
  create: createRestCrmAdapter,
}
