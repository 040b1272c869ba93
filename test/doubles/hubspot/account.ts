import type { PeerReply } from '../json-peer.ts'
import type { HubspotObject } from './properties.ts'

/** https://developers.hubspot.com/docs/api-reference/crm-associations-v4/guide, "Association type id values". */
export const associationTypes: Record<number, { from: HubspotObject; to: HubspotObject }> = {
  3: { from: 'deals', to: 'contacts' },
  202: { from: 'notes', to: 'contacts' },
  214: { from: 'notes', to: 'deals' },
  204: { from: 'tasks', to: 'contacts' },
  216: { from: 'tasks', to: 'deals' },
}

const stage = (id: string, label: string, probability: string, isClosed = 'false') => ({
  id,
  label,
  displayOrder: 0,
  archived: false,
  metadata: { isClosed, probability },
})

export const pipelines = [
  {
    id: 'default',
    label: 'Sales Pipeline',
    stages: [
      stage('appointmentscheduled', 'Appointment scheduled', '0.2'),
      stage('qualifiedtobuy', 'Qualified to buy', '0.4'),
      stage('closedwon', 'Closed won', '1.0', 'true'),
      stage('closedlost', 'Closed lost', '0.0', 'true'),
    ],
  },
  {
    id: '75e28846',
    label: 'Service',
    stages: [
      stage('1001', 'Called', '0.2'),
      stage('1002', 'Repaired', '1.0', 'true'),
      stage('1003', 'Gone', '0.0', 'true'),
    ],
  },
]

export const people = [
  {
    id: '41629779',
    email: 'olga@example.com',
    firstName: 'Olga',
    lastName: 'Manager',
    archived: false,
    type: 'PERSON',
  },
  {
    id: '60158084',
    email: 'peter@example.com',
    firstName: 'Peter',
    lastName: 'Seller',
    archived: false,
    type: 'PERSON',
  },
]

/** One a page, so that whoever does not ask for the next one misses half. */
export function owners(query: URLSearchParams): PeerReply {
  const at = Number(query.get('after') ?? 0)
  const next = at + 1 < people.length ? { paging: { next: { after: String(at + 1) } } } : {}
  return { status: 200, body: { results: [people[at]], ...next } }
}
