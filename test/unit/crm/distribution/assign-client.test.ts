import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { getContact } from '../../../../src/contacts/get-contact.ts'
import { getConversation } from '../../../../src/conversations/get-conversation.ts'
import { createDeal } from '../../../../src/crm/create-deal.ts'
import { createPipeline } from '../../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../../src/crm/create-spot.ts'
import { assignClient, type ClientAssignment } from '../../../../src/crm/distribution/assign-client.ts'
import type { Client } from '../../../../src/crm/distribution/client.ts'
import { operatorOfClient } from '../../../../src/crm/distribution/operator-of-client.ts'
import { releaseClient } from '../../../../src/crm/distribution/release-client.ts'
import { getDeal } from '../../../../src/crm/get-deal.ts'
import { createApiKey } from '../../../../src/team/create-api-key.ts'
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

const together = { withContact: true, withDeal: true }
const assign = async (client: Client, assignment: Omit<ClientAssignment, 'withContact' | 'withDeal'>) =>
  (await fresh.db.transaction((tx) => assignClient(tx, desk.work, client, { ...together, ...assignment })))?.name
const operatorOf = async (client: Client) => (await operatorOfClient(fresh.db, desk.work.projectId, client))?.name

describe('a chosen operator', () => {
  it.each([
    ['anna@shop.example', false, 'Anna'],
    ['ANNA@Shop.example', true, 'Anna'],
    [' anna@shop.example ', false, 'Anna'],
    ['boris@shop.example', false, 'Boris'],
    ['boris@shop.example', true, undefined],
    ['clara@shop.example', false, 'Clara'],
    ['clara@shop.example', true, undefined],
    ['nobody@shop.example', false, undefined],
    ['nobody@shop.example', true, undefined],
    ['', false, undefined],
    ['theirs@shop.example', false, undefined],
  ])('of the e-mail "%s", only when available: %s, is %s', async (email, onlyAvailable, name) => {
    await desk.operator('Anna')
    await desk.operator('Boris', { onShift: false })
    await desk.operator('Clara', { workingHours: { 2: [['09:00', '18:00']] } })
    await (await openDesk(fresh.db)).operator('Theirs')
    const client = await desk.conversation()
    expect(await assign(client, { email, onlyAvailable })).toBe(name)
    expect(await operatorOf(client)).toBe(name)
  })

  it('without an e-mail is any of those who are available, and no service', async () => {
    await desk.operator('Anna')
    await desk.operator('Boris')
    await desk.operator('Clara', { onShift: false })
    await desk.run(createApiKey, { name: 'site', access: 'read' as const })
    const client = await desk.conversation()
    const names = new Set<string | undefined>()
    for (let index = 0; index < 40; index++) names.add(await assign(client, { onlyAvailable: false }))
    expect([...names].sort()).toEqual(['Anna', 'Boris'])
  })

  it('is nobody when nobody is available, and nothing changes', async () => {
    await desk.operator('Anna')
    const client = await desk.conversation()
    await assign(client, { email: 'anna@shop.example', onlyAvailable: false })
    await fresh.db.query('update operators set on_shift = false')
    expect(await assign(client, { onlyAvailable: false })).toBeUndefined()
    expect(await operatorOf(client)).toBe('Anna')
  })

  it('is given contact and deal as told', async () => {
    const anna = await desk.operator('Anna')
    const { id: spotId } = await desk.run(createSpot, { name: 'Moscow' })
    await desk.run(createPipeline, { spotId, name: 'Sales' })
    const client = await desk.conversation()
    const deal = await desk.run(createDeal, { contactId: client.contactId, name: 'Car' })
    const { projectId } = desk.work
    const who = async () => [
      (await getConversation(fresh.db, projectId, client.conversationId)).assigneeId,
      (await getContact(fresh.db, projectId, client.contactId)).responsibleId,
      (await getDeal(fresh.db, projectId, deal.id)).deal.responsibleId,
    ]
    const alone = { email: 'anna@shop.example', onlyAvailable: false, withContact: false, withDeal: false }
    await fresh.db.transaction((tx) => assignClient(tx, desk.work, client, alone))
    expect(await who()).toEqual([anna.id, null, null])
    await assign(client, { email: 'anna@shop.example', onlyAvailable: false })
    expect(await who()).toEqual([anna.id, anna.id, anna.id])
    await desk.run(releaseClient, client)
    expect(await who()).toEqual([null, null, anna.id])
  })
})

describe('whose client it is', () => {
  it('is told by the conversation, or else by the contact', async () => {
    await desk.operator('Anna')
    await desk.operator('Boris')
    const client = await desk.conversation()
    const contactOnly = { contactId: client.contactId, conversationId: null }
    expect(await operatorOf(client)).toBeUndefined()
    await assign(contactOnly, { email: 'anna@shop.example', onlyAvailable: false })
    expect(await operatorOf(client)).toBe('Anna')
    const alone = { email: 'boris@shop.example', onlyAvailable: false, withContact: false, withDeal: false }
    await fresh.db.transaction((tx) => assignClient(tx, desk.work, client, alone))
    expect(await operatorOf(client)).toBe('Boris')
    expect(await operatorOf({ contactId: null, conversationId: client.conversationId })).toBe('Boris')
    expect(await operatorOf(contactOnly)).toBe('Anna')
    await desk.run(releaseClient, client)
    expect(await operatorOf(client)).toBeUndefined()
  })
})
