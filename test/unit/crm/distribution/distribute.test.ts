import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { getContact } from '../../../../src/contacts/get-contact.ts'
import { assignConversation } from '../../../../src/conversations/assign-conversation.ts'
import { createDeal } from '../../../../src/crm/create-deal.ts'
import { createPipeline } from '../../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../../src/crm/create-spot.ts'
import { deleteRule } from '../../../../src/crm/distribution/delete-rule.ts'
import { releaseClient } from '../../../../src/crm/distribution/release-client.ts'
import { updateRule } from '../../../../src/crm/distribution/update-rule.ts'
import { getDeal } from '../../../../src/crm/get-deal.ts'
import { setShift } from '../../../../src/team/set-shift.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { type Desk, openDesk } from './desk.ts'

let fresh: FreshDatabase
let desk: Desk
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  desk = await openDesk(fresh.db)
})
afterAll(() => fresh.drop())

/** Gives out so many new conversations, one after the other. */
async function giveMany(count: number): Promise<(string | undefined)[]> {
  const names: (string | undefined)[] = []
  for (let index = 0; index < count; index++) names.push(await desk.give(await desk.conversation()))
  return names
}

describe('distribute', () => {
  it('gives conversations in turn, to those on shift and within their hours only', async () => {
    await desk.operator('Anna')
    await desk.operator('Boris', { onShift: false })
    await desk.operator('Clara', { workingHours: { 1: [['13:00', '18:00']] } })
    await desk.operator('Dora', { workingHours: { 1: [['09:00', '18:00']] } })
    await desk.rule()
    expect(await giveMany(4)).toEqual(['Anna', 'Dora', 'Anna', 'Dora'])
  })

  it('gives to the operators of the rule only', async () => {
    await desk.operator('Anna')
    const boris = await desk.operator('Boris')
    const clara = await desk.operator('Clara')
    await desk.rule({ operatorIds: [clara.id, boris.id] })
    expect(await giveMany(3)).toEqual(['Boris', 'Clara', 'Boris'])
  })

  it('gives to whoever has the fewest open conversations', async () => {
    const anna = await desk.operator('Anna')
    await desk.operator('Boris')
    await desk.rule({ method: 'least_busy' })
    for (let index = 0; index < 2; index++) {
      const { conversationId } = await desk.conversation()
      await desk.run(assignConversation, { conversationId, operatorId: anna.id })
    }
    expect(await giveMany(4)).toEqual(['Boris', 'Boris', 'Anna', 'Boris'])
    await fresh.db.query(`update conversations set unreachable = 'blocked' where assignee_id = $1`, [anna.id])
    expect(await giveMany(2)).toEqual(['Anna', 'Anna'])
  })

  it('gives by share, exactly over a round', async () => {
    await desk.operator('Anna', { share: 3 })
    await desk.operator('Boris')
    await desk.operator('Clara', { share: 0 })
    await desk.rule({ method: 'share' })
    const names = await giveMany(8)
    expect(names.filter((name) => name === 'Anna')).toHaveLength(6)
    expect(names.slice(0, 4).filter((name) => name === 'Boris')).toHaveLength(1)
  })

  it('goes on behind the last turn, whoever asks', async () => {
    await desk.operator('Anna')
    await desk.operator('Boris')
    await desk.operator('Clara')
    const rule = await desk.rule()
    expect(await giveMany(2)).toEqual(['Anna', 'Boris'])
    await desk.run(updateRule, { ruleId: rule.id, name: 'Renamed' })
    expect(await desk.give(await desk.conversation())).toBe('Clara')
    const [stored] = await fresh.db.query<{ turns: object }>('select turns from distribution_rules')
    expect(stored).toEqual({ turns: { last: expect.any(Number) } })
  })

  it('does not take a turn when the transaction is rolled back', async () => {
    await desk.operator('Anna')
    await desk.operator('Boris')
    await desk.rule()
    const client = await desk.conversation()
    const failed = fresh.db.transaction(async (tx) => {
      const { distribute } = await import('../../../../src/crm/distribution/distribute.ts')
      await distribute(tx, desk.work, client)
      throw new Error('later')
    })
    await expect(failed).rejects.toThrow('later')
    expect(await desk.assigneeOf(client.conversationId)).toBeNull()
    expect(await giveMany(1)).toEqual(['Anna'])
  })

  it('makes a default rule for a project that has none', async () => {
    await desk.operator('Anna')
    await desk.operator('Boris')
    await desk.rule({ name: 'Default', isDefault: false, method: 'share' })
    expect(await giveMany(3)).toEqual(['Anna', 'Boris', 'Anna'])
    const rules = await fresh.db.query('select name, is_default, method from distribution_rules order by id')
    expect(rules).toEqual([
      { name: 'Default', is_default: false, method: 'share' },
      { name: 'Default 2', is_default: true, method: 'round_robin' },
    ])
  })

  it('records who was given what, and by which rule', async () => {
    const anna = await desk.operator('Anna')
    const rule = await desk.rule()
    const { contactId } = await desk.conversation().then(async (client) => {
      await desk.give(client)
      return client
    })
    const data = { from: null, to: anna.id, rule: { id: rule.id, name: 'Turns' } }
    expect(await desk.changesOf('conversation.assigned', 'contact.responsible_changed', 'deal.assigned')).toEqual([
      { kind: 'conversation.assigned', data },
      { kind: 'contact.responsible_changed', data },
    ])
    expect((await getContact(fresh.db, desk.work.projectId, contactId)).responsibleId).toBe(anna.id)
  })

  it('leaves the contact alone where the rule says so', async () => {
    await desk.operator('Anna')
    await desk.rule({ withContact: false })
    const client = await desk.conversation()
    await desk.give(client)
    expect((await getContact(fresh.db, desk.work.projectId, client.contactId)).responsibleId).toBeNull()
  })

  it('makes somebody responsible for a contact that has neither conversation nor deal', async () => {
    const anna = await desk.operator('Anna')
    const { contactId } = await desk.conversation()
    expect(await desk.give({ contactId })).toBe('Anna')
    expect((await getContact(fresh.db, desk.work.projectId, contactId)).responsibleId).toBe(anna.id)
  })

  it('refuses a rule that does not exist, and names those that do', async () => {
    await desk.rule()
    await expect(desk.give(await desk.conversation(), { name: 'Night' })).rejects.toThrow(
      'There is no distribution rule "Night"; expected one of "Turns".',
    )
  })
})

describe('the rule that counts', () => {
  it('is the named one, that of the pipeline, that of the channel, or the default, in this order', async () => {
    for (const name of ['Named', 'Pipeline', 'Channel', 'Default']) await desk.operator(name)
    const ids = new Map(
      (await fresh.db.query<{ id: number; name: string }>('select id, name from operators')).map(({ id, name }) => [
        name,
        id,
      ]),
    )
    const only = (name: string) => ({ name, isDefault: false, operatorIds: [ids.get(name)!] })
    const { id: spotId } = await desk.run(createSpot, { name: 'Moscow' })
    const pipeline = await desk.run(createPipeline, { spotId, name: 'Sales' })
    await desk.rule(only('Named'))
    await desk.rule({ ...only('Pipeline'), pipelineId: pipeline.id })
    const channelRule = await desk.rule({ ...only('Channel'), channelId: desk.channelId })
    await desk.rule({ ...only('Default'), isDefault: true })

    const client = await desk.conversation()
    expect(await desk.give(client)).toBe('Channel')
    expect(await desk.give({ contactId: client.contactId })).toBe('Default')
    await desk.run(createDeal, { contactId: client.contactId, name: 'Car' })
    expect(await desk.give(client)).toBe('Pipeline')
    expect(await desk.give(client, { name: 'Named' })).toBe('Named')
    await desk.run(deleteRule, { ruleId: channelRule.id })
    expect(await desk.give(await desk.conversation())).toBe('Default')
  })

  it('is never that of another project', async () => {
    await desk.rule({ name: 'Theirs' })
    const other = await openDesk(fresh.db)
    await other.operator('Oleg')
    await expect(other.give(await other.conversation(), { name: 'Theirs' })).rejects.toThrow('the project has none yet')
    await expect(other.give(await desk.conversation())).rejects.toThrow('There is no conversation')
    await expect(other.run(deleteRule, { ruleId: 1 })).rejects.toThrow('There is no distribution rule 1')
  })
})

describe('the operator who had the contact before', () => {
  it('comes first while available, also in another conversation and after a release, and takes no turn', async () => {
    const [anna, boris] = [await desk.operator('Anna'), await desk.operator('Boris')]
    await desk.rule({ sticky: true })
    const client = await desk.conversation()
    await desk.run(assignConversation, { conversationId: client.conversationId, operatorId: boris.id })
    expect(await desk.give(client)).toBe('Boris')
    await desk.run(releaseClient, client)
    const again = await desk.conversation(client.contactId)
    expect(await desk.give(again)).toBe('Boris')
    expect(await giveMany(1)).toEqual(['Anna'])
    expect((await desk.changesOf('conversation.assigned')).map(({ data }) => [data.to, data.sticky])).toEqual([
      [boris.id, undefined],
      [boris.id, true],
      [anna.id, undefined],
    ])
  })

  it('is passed over when off shift or not of the rule: then the method counts', async () => {
    const [anna, boris] = [await desk.operator('Anna'), await desk.operator('Boris')]
    const rule = await desk.rule({ sticky: true })
    const client = await desk.conversation()
    await desk.run(assignConversation, { conversationId: client.conversationId, operatorId: boris.id })
    await desk.run(setShift, { operatorId: boris.id, onShift: false })
    expect(await desk.give(client)).toBe('Anna')
    await desk.run(setShift, { operatorId: boris.id, onShift: true })
    await desk.run(assignConversation, { conversationId: client.conversationId, operatorId: boris.id })
    await desk.run(updateRule, { ruleId: rule.id, operatorIds: [anna.id] })
    expect(await desk.give(client)).toBe('Anna')
  })
})

describe('deals', () => {
  beforeEach(async () => {
    const { id: spotId } = await desk.run(createSpot, { name: 'Moscow' })
    await desk.run(createPipeline, { spotId, name: 'Sales' })
  })
  const responsible = async (dealId: number) =>
    (await getDeal(fresh.db, desk.work.projectId, dealId)).deal.responsibleId

  it('are given out with the conversation: the current one, as the rule says', async () => {
    const anna = await desk.operator('Anna')
    const rule = await desk.rule()
    const client = await desk.conversation()
    const won = await desk.run(createDeal, { contactId: client.contactId, name: 'Old', stage: 'Won' })
    const deal = await desk.run(createDeal, { contactId: client.contactId, name: 'New' })
    await desk.give(client)
    expect(await responsible(deal.id)).toBe(anna.id)
    expect(await responsible(won.id)).toBeNull()
    expect(await desk.changesOf('deal.assigned')).toEqual([
      { kind: 'deal.assigned', data: { from: null, to: anna.id, rule: { id: rule.id, name: 'Turns' } } },
    ])
    await desk.run(updateRule, { ruleId: rule.id, withDeal: false })
    const boris = await desk.operator('Boris')
    expect(await desk.give(client)).toBe('Boris')
    expect(await responsible(deal.id)).toBe(anna.id)
    expect(await desk.assigneeOf(client.conversationId)).toBe(boris.id)
  })
})
