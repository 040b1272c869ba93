import { findContacts } from '../../contacts/contacts.store.ts'
import type { Tx } from '../../platform/database/database.ts'
import { recordWork } from '../../team/record-work.ts'
import type { CrmEntity } from '../crm.ts'
import type { OurValues } from '../mapping/our-values.ts'
import { type Exchange, exchangeKinds, linkFacts, workOf } from './exchange.ts'
import type { CrmLink } from './link.ts'
import { insertLinks, type NewLink, updateLinks } from './links.store.ts'
import type { CrmPush, PushOutcome } from './push.ts'
import { updatePushes } from './pushes.store.ts'
import type { PushProgress } from './wanted.ts'

/** Pushes that are worked on together, and what is known for them. */
export interface Batch {
  exchange: Exchange
  /** By number. Those with an outcome are over for this time. */
  pushes: Map<number, CrmPush>
  outcomes: Map<number, PushOutcome>
  contacts: Map<number, OurValues>
  deals: Map<number, OurValues>
  /** By our number. */
  contactLinks: Map<number, CrmLink>
  dealLinks: Map<number, CrmLink>
  /** What speaks against asking the vendor further for now. */
  trouble: unknown
  /** Something was written, or at least begun. */
  wrote: boolean
}

export function newBatch(exchange: Exchange, pushes: CrmPush[]): Batch {
  return {
    exchange,
    pushes: new Map(pushes.map((push) => [push.id, push])),
    outcomes: new Map(),
    contacts: new Map(),
    deals: new Map(),
    contactLinks: new Map(),
    dealLinks: new Map(),
    trouble: undefined,
    wrote: false,
  }
}

/** The pushes that are not over, of one kind or of all. */
export function openOf(batch: Batch, entity?: CrmEntity): CrmPush[] {
  return [...batch.pushes.values()].filter(
    (push) => !batch.outcomes.has(push.id) && (entity === undefined || push.entity === entity),
  )
}

/** Whether something is linked and stands there still. */
export function isThere(link: CrmLink | undefined): link is CrmLink {
  return link !== undefined && !link.shadow.gone
}

/** What was done for pushes, to be noted before anything else is begun. */
export interface Step {
  links?: NewLink[]
  shadows?: Parameters<typeof updateLinks>[1]
  progress?: { push: CrmPush; progress: PushProgress }[]
}

/** Notes a step in one commit. Throws when others hold the pushes now: then this process has lost its lease and must end. */
export async function noteStep(batch: Batch, { links = [], shadows = [], progress = [] }: Step): Promise<void> {
  const { db, clock, holder } = batch.exchange
  const pushes = openOf(batch).map((push) => {
    const reached = progress.filter((one) => one.push.id === push.id).map((one) => one.progress)
    return reached.length === 0 ? push : { ...push, progress: Object.assign({}, push.progress, ...reached) }
  })
  return db.transaction(async (tx) => {
    const held = await updatePushes(tx, holder, pushes)
    if (held.size < pushes.length) throw new LostLease()
    for (const push of pushes) batch.pushes.set(push.id, push)
    const made = await insertLinks(tx, await ofSurvivors(tx, links), clock.now())
    await updateLinks(tx, shadows, clock.now())
    for (const { entity, subjectId, externalId } of made) {
      if (subjectId === null || (entity !== 'contact' && entity !== 'deal')) continue
      const about = entity === 'contact' ? { contactId: subjectId } : dealOf(batch, subjectId)
      await recordWork(
        tx,
        workOf(batch.exchange),
        exchangeKinds[entity].linked,
        about,
        linkFacts(batch.exchange, externalId),
      )
    }
  })
}

/** What was made for a contact that was merged meanwhile is the survivor's, unless that is there already. */
async function ofSurvivors(tx: Tx, links: readonly NewLink[]): Promise<NewLink[]> {
  const ids = links.flatMap(({ entity, subjectId }) => (entity === 'contact' && subjectId !== null ? [subjectId] : []))
  const contacts = await findContacts(tx, ids)
  const own = new Map<string, NewLink>()
  for (const [index, link] of links.entries()) {
    const { entity, subjectId } = link
    const survivor = entity === 'contact' && subjectId !== null ? contacts.get(subjectId)?.id : undefined
    const key = subjectId === null ? `new ${index}` : `${entity} ${survivor ?? subjectId}`
    if (!own.has(key)) own.set(key, survivor === undefined ? link : { ...link, subjectId: survivor })
  }
  return [...own.values()]
}

/** Another process works for the integration now. */
export class LostLease extends Error {
  constructor() {
    super('Another process works for this integration now.')
  }
}

/** Keeps the outcome of pushes; the first one counts. */
export function conclude(batch: Batch, pushes: readonly CrmPush[], outcome: PushOutcome): void {
  for (const { id } of pushes) if (!batch.outcomes.has(id)) batch.outcomes.set(id, outcome)
}

function dealOf({ deals }: Batch, dealId: number): { dealId: number; contactId: number | undefined } {
  return { dealId, contactId: deals.get(dealId)?.contactId }
}
