import { crmContract } from '../../../contracts/crm/crm.ts'
import { hubspotHarness } from './hubspot-harness.ts'
import { pipedriveHarness } from './pipedrive-harness.ts'

const always = {
  dealsWithContacts: 'a deal is made after its contact, by a request of its own',
  tags: 'adding and removing tags needs to know those that are there, and settings tell of single requests',
  connections: 'its requests go through the guarded client of the program, which keeps the connections',
}

crmContract({
  name: 'rest-crm with the example of HubSpot',
  make: hubspotHarness,
  cannot: { ...always, noteHook: 'the webhooks that the example subscribes to tell of contacts and deals' },
})

crmContract({ name: 'rest-crm with the example of Pipedrive', make: pipedriveHarness, cannot: always })
