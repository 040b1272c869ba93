import { mergeContacts } from '../../../../src/contacts/merge/merge-contacts.ts'
import { undoMerge } from '../../../../src/contacts/merge/undo-merge.ts'
import { createDeal } from '../../../../src/crm/create-deal.ts'
import { createPipeline } from '../../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../../src/crm/create-spot.ts'
import { mergeFollowers } from '../../../../src/gateway/merge-followers.ts'
import { asks, flow, openStage, type Stage, says } from '../../flows/engine/stage.ts'

type Counts = Record<string, number>

/** All that a merge moves, to be compared. */
interface Everything extends Record<'identities' | 'conversations' | 'messages' | 'runs' | 'deals' | 'notes', Counts> {
  members: object[]
  subscribers: object[]
  contacts: object[]
}

/** The program with three people who have all written, and what merges do to their rows. */
export interface MergeStage extends Stage {
  /** Numbers of the contacts of persons 1, 2 and 3. */
  writers: [one: number, two: number, three: number]
  /** Merges the second into the survivor; gives the number of the merge. */
  merge(survivorId: number, secondId: number, choices?: Parameters<typeof mergeContacts>[2]['choices']): Promise<number>
  undo(mergeId: number): ReturnType<typeof undoMerge>
  contact(id: number): Promise<Record<string, unknown>>
  /** Of each contact, how many rows of a table are its own. */
  owned(table: string, condition?: string): Promise<Counts>
  makePipeline(): Promise<void>
  makeDeal(contactId: number, conversationId?: number): ReturnType<typeof createDeal>
  everything(): Promise<Everything>
}

export async function openMergeStage(): Promise<MergeStage> {
  const stage = await openStage({
    flows: [
      flow(
        'Name',
        [{ type: 'any_message', conversations: ['direct'], to: 'ask' }],
        { ask: asks('Your name?', 'name'), thank: says('Thank you, {{ run.name }}!') },
        ['ask > thank'],
      ),
      flow('Later', [{ type: 'keyword', words: ['start'], to: 'say' }], { say: says('Started for {{ contact.id }}') }),
      flow('Group', [{ type: 'any_message', conversations: ['group'], to: 'echo' }], { echo: says('Hi') }),
    ],
  })
  for (const person of [1, 2, 3]) await stage.say(person, 'hello')
  await stage.rest()
  const owned: MergeStage['owned'] = async (table, condition = 'true') => {
    const rows = await stage.db.query<{ contact_id: number; n: number }>(
      `select contact_id, count(*)::int as n from ${table} where contact_id is not null and ${condition} group by 1 order by 1`,
    )
    return Object.fromEntries(rows.map((row) => [row.contact_id, row.n]))
  }
  return {
    ...stage,
    writers: [await stage.contactId(1), await stage.contactId(2), await stage.contactId(3)],
    async merge(survivorId, secondId, choices = {}) {
      const merged = await stage.run((tx, context, input) => mergeContacts(tx, context, input, mergeFollowers), {
        survivorId,
        secondId,
        choices,
      })
      return merged.merge.id
    },
    undo: (mergeId) => stage.run((tx, context, input) => undoMerge(tx, context, input, mergeFollowers), { mergeId }),
    contact: async (id) => (await stage.api('GET', `/contacts/${id}`)) as Record<string, unknown>,
    owned,
    async makePipeline() {
      const spot = await stage.run(createSpot, { name: 'Centre' })
      await stage.run(createPipeline, { spotId: spot.id, name: 'Sales' })
    },
    makeDeal: (contactId, conversationId) =>
      stage.run(createDeal, { name: 'Car', contactId, conversationId, spot: 'Centre' }),
    everything: async () => ({
      identities: await owned('identities'),
      conversations: await owned('conversations'),
      messages: await owned('messages'),
      members: await stage.db.query('select * from members order by 1, 2'),
      runs: await owned('runs'),
      subscribers: await stage.db.query('select * from subscribers order by 1, 2'),
      deals: await owned('deals'),
      notes: await owned('notes'),
      contacts: await stage.db.query(`select to_jsonb(c) - 'updated_at' as c from contacts c order by id`),
    }),
  }
}
