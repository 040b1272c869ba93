import type { integrations } from './integrations.table.ts'

/** One connected account of another CRM, without the lists of what it has to choose from. */
export type Integration = Omit<typeof integrations.$inferSelect, 'lists'>

/** What the secrets of an integration are bound to. */
export function sealPlace({ hookId }: Pick<Integration, 'hookId'>): string {
  return `integration:${hookId}`
}

/** The lease of what is exchanged with an account: one process at a time does so. */
export function exchangeLease(integrationId: number): string {
  return `${leasePrefix}${integrationId}`
}

/** The integration of such a lease; undefined when it is another one. */
export function integrationOfLease(lease: string): number | undefined {
  return lease.startsWith(leasePrefix) ? Number(lease.slice(leasePrefix.length)) : undefined
}

const leasePrefix = 'crm:'
