import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { type Contact, contactName, contactScope } from '../../contacts/contact.ts'
import { findContact, findContacts, identitiesOf } from '../../contacts/contacts.store.ts'
import { type Identity, identityKey } from '../../contacts/identity.ts'
import { dealScope } from '../../crm/deal.ts'
import { findDeal, type PlacedDeal } from '../../crm/deals.store.ts'
import type { Database, Queryable, Tx } from '../../platform/database/database.ts'
import { AppError, type ErrorCode, type Fault } from '../../platform/errors.ts'
import { invalidInput, parseInput } from '../../platform/faults.ts'
import { jsonSchema } from '../../platform/http/schemas.ts'
import { storable } from '../../platform/storable.ts'
import type { WorkContext } from '../../team/context.ts'
import { checkMapping } from './check-mapping.ts'
import { getPostback } from './get-postback.ts'
import { postbackMappingSchema } from './postback.ts'
import { getSample } from './read-sample.ts'
import { type MappedCallPostback, startFlowOf, type Taken, takeCall } from './take-call.ts'

export const postbackPreviewSchema = z.strictObject({
  mapping: postbackMappingSchema.optional().describe("The postback's own when absent."),
  body: jsonSchema.optional().describe('What would come in; the body of the call when absent.'),
  call: z.int().optional().describe('The number of a call whose body is taken; the last one when absent.'),
})

/** What a call would do. */
export interface PostbackPreview {
  outcome: 'create' | 'update' | 'ignore' | 'refuse'
  /** Why it would be refused. */
  error: { code: ErrorCode; message: string; faults: Fault[] } | null
  /** Which field finds whom, in the order of the mapping; the first one counts. */
  found: { by: string; contactId: number; name: string }[]
  /** Of a contact that is there. */
  contactId: number | null
  /** What would be set of the contact, by the names of placeholders. */
  contact: ValueChange[]
  identities: { kind: string; value: string }[]
  /** Of a deal that is there its number, else null; absent when no deal is touched. */
  deal?: { dealId: number | null; changes: ValueChange[] }
  /** Of the run that would start. */
  variables: Record<string, unknown>
  flow: string | null
  /** Why no flow would start although the postback names one. */
  warning: string | null
}

interface ValueChange {
  name: string
  from: unknown
  to: unknown
}

/**
 * What a call with this body would do by this mapping: everything is done and taken back, so that nothing is written and what is
 * told is what would be. Throws `invalid` when the mapping is faulty, `not_found`, and `conflict` when there is no mapping at all.
 */
export async function previewPostback(
  db: Database,
  context: WorkContext,
  input: z.input<typeof postbackPreviewSchema> & { postbackId: number },
): Promise<PostbackPreview> {
  const { postbackId, ...rest } = input
  const { mapping: given, body: givenBody, call } = parseInput(postbackPreviewSchema, rest, 'preview')
  const postback = await getPostback(db, context.projectId, postbackId)
  const mapping = given ?? postback.mapping
  if (!mapping)
    throw new AppError('conflict', `The postback "${postback.name}" has no mapping yet; give one to be tried.`)
  const faults = given ? await checkMapping(db, context.projectId, given) : []
  if (faults.length > 0) throw invalidInput('preview', faults)
  const body =
    givenBody === undefined ? (await getSample(db, context.projectId, { postbackId, callId: call })).body : givenBody
  const asPostback: WorkContext = { ...context, by: { kind: 'postback', id: postback.id } }
  const trial = await takenBack(db, (tx) => attempt(tx, asPostback, { ...postback, mapping }, storable(body)))
  if ('outcome' in trial) return { ...nothing, ...trial }
  return tell(db, context.projectId, trial, postback.flow)
}

const nothing: Omit<PostbackPreview, 'outcome'> = {
  error: null,
  found: [],
  contactId: null,
  contact: [],
  identities: [],
  variables: {},
  flow: null,
  warning: null,
}

/** What was there after everything was done. */
interface Trial {
  taken: Extract<Taken, { ignored: false }>
  contact: Contact
  identities: Identity[]
  deal: PlacedDeal | undefined
  warning: string | undefined
}

async function attempt(
  tx: Tx,
  context: WorkContext,
  postback: MappedCallPostback,
  body: unknown,
): Promise<Trial | Pick<PostbackPreview, 'outcome' | 'error'>> {
  try {
    const taken = await takeCall(tx, context, postback, body)
    if (taken.ignored) return { outcome: 'ignore', error: null }
    const { contactId, variables, deal } = taken
    const { warning } = await startFlowOf(tx, context, postback, { contactId, variables, key: 'postback:preview' })
    return {
      taken,
      contact: (await findContact(tx, context.projectId, contactId))!,
      identities: (await identitiesOf(tx, [contactId])).get(contactId) ?? [],
      deal: deal && (await findDeal(tx, context.projectId, deal.id)),
      warning,
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const { code, message, faults } = error
    return { outcome: 'refuse', error: { code, message, faults } }
  }
}

/** Compares what was there after the attempt with what is there, now that it was taken back. */
async function tell(
  db: Queryable,
  projectId: number,
  { taken, contact, identities, deal, warning }: Trial,
  flow: string | null,
): Promise<PostbackPreview> {
  const { contactId, created, variables } = taken
  const before = created ? undefined : await findContact(db, projectId, contactId)
  const known = (await identitiesOf(db, [contactId])).get(contactId) ?? []
  const dealBefore = deal && (await findDeal(db, projectId, deal.deal.id))
  const people = await findContacts(
    db,
    taken.found.map((one) => one.contactId),
  )
  return {
    outcome: created ? 'create' : 'update',
    error: null,
    found: taken.found.map((one) => ({
      by: one.by.by,
      contactId: one.contactId,
      name: contactName(people.get(one.contactId)!),
    })),
    contactId: created ? null : contactId,
    contact: changesOf(before && contactScope(before), contactScope(contact)),
    identities: identities.filter((one) => !known.some((other) => identityKey(other) === identityKey(one))),
    ...(deal && {
      deal: {
        dealId: dealBefore?.deal.id ?? null,
        changes: changesOf(dealBefore && scopeOf(dealBefore), scopeOf(deal)),
      },
    }),
    variables,
    flow,
    warning: warning ?? null,
  }
}

const scopeOf = ({ deal, place }: PlacedDeal) => dealScope(deal, place)

/** Numbers are drawn when something is made in earnest: those of an attempt tell nothing. */
const drawn: ReadonlySet<string> = new Set(['id', 'number'])

function changesOf(before: Record<string, unknown> = {}, after: Record<string, unknown>): ValueChange[] {
  return Object.entries(after).flatMap(([name, to]) => {
    const from = before[name] ?? null
    const isSame = isDeepStrictEqual(from, to ?? null) || (Array.isArray(to) && to.length === 0 && from === null)
    return isSame || drawn.has(name) ? [] : [{ name, from, to: to ?? null }]
  })
}

/** Gives what some work found out, and undoes what it did. */
async function takenBack<Result>(db: Database, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  const undo = new Error('The work is taken back.')
  let result: { of: Result } | undefined
  try {
    await db.transaction(async (tx) => {
      result = { of: await work(tx) }
      throw undo
    })
  } catch (error) {
    if (error !== undo) throw error
  }
  return result!.of
}
