import type { PeerReply } from '../json-peer.ts'
import type { HubspotObject } from './properties.ts'

/** An object as it is kept. */
export interface Kept {
  id: string
  properties: Record<string, string>
  associations: { to: HubspotObject; id: string }[]
  createdAt: Date
  updatedAt: Date
}

/** An error as HubSpot words it. */
export function failure(status: number, category: string, message: string): PeerReply {
  return { status, body: { status: 'error', message, correlationId: 'aeb5f871-7f07-4993-9211-075dc63e7cbf', category } }
}
