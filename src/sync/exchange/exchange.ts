import { createHash } from 'node:crypto'
import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import type { Log } from '../../platform/log.ts'
import type { WorkContext } from '../../team/context.ts'
import type { CrmAdapter, CrmEntity, CrmLists } from '../crm.ts'
import type { Integration } from '../integrations/integration.ts'
import type { Direction } from '../mapping/mapping.ts'
import type { MappedEntity } from '../mapping/our-side.ts'
import { directionsOf } from '../mapping/their-fields.ts'
import type { Directions } from './merge-values.ts'

/** One connected account of another CRM, with what it has to choose from. */
export type ExchangeIntegration = Integration & { lists: CrmLists | null }

/** What a round of work for one integration goes by. */
export interface Exchange {
  db: Database
  clock: Clock
  log: Log
  adapter: CrmAdapter
  integration: ExchangeIntegration
  /** Names who works for it now; changes whenever its lease is gained. */
  holder: string
  /** Ends what is under way. */
  signal: AbortSignal
  /** In [0, 1). */
  random(): number
  tell(topic: string): void
}

/** How our use cases are told who does something. */
export function workOf({ integration, clock }: Exchange): WorkContext {
  return { projectId: integration.projectId, now: clock.now(), by: { kind: 'integration', id: integration.id } }
}

/** What we mark a record with that we make there; it tells neither our hook nor anything else that is secret. */
export function markerOf({ integration }: Pick<Exchange, 'integration'>, what: string, number: number): string {
  const name = createHash('sha256').update(integration.hookId).digest('hex').slice(0, 10)
  return `parley-${name}-${what}-${number}`
}

/** The number of ours in a marker that this integration gave; undefined of any other text. */
export function numberInMarker(
  { integration }: Pick<Exchange, 'integration'>,
  what: string,
  marker: string | undefined,
): number | undefined {
  const number = /-([1-9]\d{0,14})$/.exec(marker ?? '')?.[1]
  return number !== undefined && marker === markerOf({ integration }, what, Number(number)) ? Number(number) : undefined
}

/** Their clock may be so far behind ours, in milliseconds, where the adapter cannot tell. */
const clockMarginMs = 300_000

/** A moment of our clock (milliseconds since 1970) as one of theirs that is not later. */
export function byTheirClock({ adapter }: Pick<Exchange, 'adapter'>, at: number): Date {
  return new Date(at - (adapter.abilities().clockMarginMs ?? clockMarginMs))
}

/** Which way each mapped key goes with this integration. `asked`: by a flow, which may push wherever the mapping does. */
export function directionsFor(
  { integration, adapter }: Pick<Exchange, 'integration' | 'adapter'>,
  entity: MappedEntity,
  asked = false,
): Directions {
  const general = asked && integration.direction === 'pull' ? 'both' : integration.direction
  const directions = new Map<string, Direction>()
  for (const [key, direction] of directionsOf(integration, entity)) {
    const narrowed = narrowest(general, direction)
    if (narrowed && (key !== 'tags' || adapter.abilities().tags)) directions.set(key, narrowed)
  }
  return directions
}

/** Which way notes and tasks go: as everything does. */
export function directionsOfHanging(
  { integration }: Pick<Exchange, 'integration'>,
  entity: Exclude<CrmEntity, MappedEntity>,
): Directions {
  const keys = entity === 'note' ? ['text'] : ['text', 'due_at', 'done', 'responsible']
  return new Map(keys.map((key) => [key, integration.direction]))
}

/** What is recorded of contacts and deals. */
export const exchangeKinds = {
  contact: {
    linked: 'contact.crm_linked',
    unlinked: 'contact.crm_unlinked',
    conflict: 'contact.conflict_resolved',
  },
  deal: { linked: 'deal.crm_linked', unlinked: 'deal.crm_unlinked', conflict: 'deal.conflict_resolved' },
} as const

/** What a change tells of a link. */
export function linkFacts(
  { integration }: { integration: Pick<Integration, 'id' | 'name'> },
  externalId: string,
): Record<string, unknown> {
  return { integrationId: integration.id, integration: integration.name, externalId }
}

function narrowest(one: Direction, other: Direction): Direction | undefined {
  if (one === 'both') return other
  return other === 'both' || other === one ? one : undefined
}
