import { type CrmStage, dealName, phoneOf } from './crm-stage.ts'

/** A line of the table. */
export interface CrmOutcome {
  deals: number
  contacts: number
  seconds: number
  requests: number
  dealsPerSecond: number
  worstSecond: number
  refreshes: number
  faults: number
  kills: number
  /** Lists of the newest records that were read to find what an unanswered write had made. */
  lookedUp: number
  /** Deals and contacts that did not arrive. */
  lost: number
  /** Deals and contacts that arrived more than once. */
  doubled: number
  /** Deals that hang on another contact than theirs, or have not their budget. */
  wrong: number
  dead: number
  refused: number
  /** Whether all is as it should be. */
  holds: boolean
}

/** Compares what was to be pushed with what stands in the account. */
export async function judge(stage: CrmStage, deals: number, kills: number, seconds: number): Promise<CrmOutcome> {
  const { double } = stage
  const { dead, errors } = await stage.waiting()
  const indexes = Array.from({ length: deals }, (_, index) => index)
  const leads = Map.groupBy(double.leads(), ({ name }) => name)
  const contacts = Map.groupBy(double.contacts(), ({ id }) => String(double.valueOf('contacts', id, 'PHONE')))
  const phones = [...new Set(indexes.map(phoneOf))]
  const counts = [...indexes.map((index) => leads.get(dealName(index))), ...phones.map((phone) => contacts.get(phone))]
  const wrong = indexes.filter((index) => {
    const lead = leads.get(dealName(index))?.[0]
    const contact = contacts.get(phoneOf(index))?.[0]
    return lead !== undefined && (lead.price !== 1000 + index || lead.contacts[0] !== contact?.id)
  })
  const lost = counts.filter((found) => found === undefined).length
  const doubled =
    counts.reduce((sum, found) => sum + Math.max(0, (found?.length ?? 0) - 1), 0) +
    (leads.size > deals || contacts.size > phones.length ? 1 : 0)
  const refused = double.refused()
  for (const one of refused.slice(0, 5)) console.log(`Refused: ${one.call}: ${one.why}`)
  for (const error of errors.slice(0, 5)) console.log(`Dead: ${error}`)
  const worstSecond = double.mostInOneSecond()
  return {
    deals,
    contacts: phones.length,
    seconds: Math.round(seconds),
    requests: double.calls.length,
    dealsPerSecond: Math.round((deals / seconds) * 10) / 10,
    worstSecond,
    refreshes: double.oauth.refreshes(),
    faults: double.faultsPlayed(),
    kills,
    lookedUp: double.calls.filter(({ method, query }) => method === 'GET' && /order(\[|%5B)(created_at|id)/.test(query))
      .length,
    lost,
    doubled,
    wrong: wrong.length,
    dead,
    refused: refused.length,
    holds: lost + doubled + wrong.length + dead + refused.length === 0 && worstSecond <= 7,
  }
}
