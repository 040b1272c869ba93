import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { addIdentity } from '../../../../src/contacts/add-identity.ts'
import { identitiesOf } from '../../../../src/contacts/contacts.store.ts'
import { createAttribute } from '../../../../src/contacts/create-attribute.ts'
import { createContact, type NewContact } from '../../../../src/contacts/create-contact.ts'
import { getContact } from '../../../../src/contacts/get-contact.ts'
import { createDeal } from '../../../../src/crm/create-deal.ts'
import { createPipeline } from '../../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../../src/crm/create-spot.ts'
import { getDeal } from '../../../../src/crm/get-deal.ts'
import type { Database, Queryable } from '../../../../src/platform/database/database.ts'
import type { CrmField, CrmValue } from '../../../../src/sync/crm.ts'
import { applyTheirValues } from '../../../../src/sync/mapping/apply-values.ts'
import type { MappedIntegration } from '../../../../src/sync/mapping/our-side.ts'
import { readOurValues } from '../../../../src/sync/mapping/our-values.ts'
import type { WorkContext } from '../../../../src/team/context.ts'
import { operators } from '../../../../src/team/team.table.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { makeProject, recordedChanges } from '../../../project.ts'
import { madeUpLists, mappingOf } from './made-up-sides.ts'

let fresh: FreshDatabase
let db: Database
let context: WorkContext
let integration: MappedIntegration
let peterId: number

beforeAll(async () => {
  fresh = await freshDatabase()
  db = fresh.db
})
afterAll(() => fresh.drop())
beforeEach(async () => {
  const owner = await makeProject(db)
  context = { ...owner, by: { kind: 'integration', id: 7 } }
  await db.transaction(async (tx) => {
    await createAttribute(tx, owner, { name: 'city', title: 'City', type: 'text' })
    await createAttribute(tx, owner, { name: 'age', title: 'Age', type: 'number' })
    const spot = await createSpot(tx, owner, { name: 'Moscow' })
    await createPipeline(tx, owner, { spotId: spot.id, name: 'Sales', stages: [{ name: 'Talks' }] })
  })
  const { projectId, now } = context
  const [peter] = await db.orm
    .insert(operators)
    .values({
      projectId,
      name: 'Peter',
      email: 'peter@example.com',
      role: 'manager',
      onShift: true,
      createdAt: now,
    })
    .returning()
  peterId = peter!.id
  const more: CrmField[] = [
    { key: 'c1', title: 'City', type: 'text' },
    { key: 'c2', title: 'Age', type: 'number' },
    { key: 'd1', title: 'Model', type: 'text' },
  ]
  const lists = madeUpLists({ contact: more, deal: more })
  lists.users.push({ id: 'u5', name: 'Peter', email: 'peter@example.com' })
  integration = {
    projectId,
    lists,
    mapping: mappingOf({
      contact: [
        ['first_name', 'first_name'],
        ['last_name', 'last_name'],
        ['phone', 'phone'],
        ['email', 'email'],
        ['responsible', 'responsible'],
        ['attributes.city', 'c1'],
        ['attributes.age', 'c2'],
      ],
      deal: [
        ['name', 'name'],
        ['budget', 'budget'],
        ['stage', 'stage'],
        ['responsible', 'responsible'],
        ['variables.model', 'd1'],
      ],
      pipelines: [
        {
          spot: 'Moscow',
          pipeline: 'Sales',
          theirs: '7',
          stages: [
            { stage: 'Unprocessed', theirs: '71' },
            { stage: 'Talks', theirs: '72' },
            { stage: 'Won', theirs: '142' },
          ],
        },
      ],
    }),
  }
})

const makeContact = (input: NewContact) => db.transaction((tx) => createContact(tx, context, input))
const makeDeal = (contactId: number, budget?: number) =>
  db.transaction((tx) => createDeal(tx, context, { contactId, name: 'A car', stage: 'Unprocessed', budget }))
const apply = (
  entity: 'contact' | 'deal',
  id: number,
  changed: Record<string, CrmValue>,
  tags?: { add: string[]; remove: string[] },
) => db.transaction((tx) => applyTheirValues(tx, context, integration, entity, id, changed, tags))
const valuesNow = async (entity: 'contact' | 'deal', id: number) =>
  (await readOurValues(db, integration, entity, [id])).get(id)!
const changesSince = async (count: number) => (await recordedChanges(db)).slice(count).map(({ kind }) => kind)

describe('what is read of ours', () => {
  test('holds fields, attributes, phones and labels of a contact', async () => {
    const { id } = await makeContact({
      fields: { firstName: 'Anna', phone: '8 916 123-45-67', email: 'Anna@example.com' },
      attributes: { city: 'Moscow', age: 30 },
      labels: ['VIP'],
      identities: [{ kind: 'phone', value: '+4930123456' }],
    })
    expect(await valuesNow('contact', id)).toEqual({
      values: {
        first_name: 'Anna',
        last_name: null,
        phone: ['+79161234567', '+4930123456'],
        email: ['anna@example.com'],
        c1: 'Moscow',
        c2: 30,
      },
      tags: ['VIP'],
      updatedAt: context.now,
      faults: [],
    })
  })

  test('holds fields, variables and stage of a deal, and names its contact', async () => {
    const { id: contactId } = await makeContact({})
    const { id } = await makeDeal(contactId, 1500)
    expect(await valuesNow('deal', id)).toEqual({
      values: { name: 'A car', budget: 1500, stage: '7/71', d1: null },
      tags: [],
      updatedAt: context.now,
      contactId,
      faults: [],
    })
  })

  test('leaves out what is not there, or belongs to another project', async () => {
    const { id } = await makeContact({})
    const { id: dealId } = await makeDeal(id)
    const foreign = { ...integration, projectId: (await makeProject(db)).projectId }
    expect(await readOurValues(db, integration, 'contact', [id + 100_000])).toEqual(new Map())
    expect(await readOurValues(db, foreign, 'contact', [id])).toEqual(new Map())
    expect(await readOurValues(db, foreign, 'deal', [dealId])).toEqual(new Map())
  })

  test('takes a handful of statements, however many deals and contacts there are', async () => {
    const contacts: number[] = []
    const deals: number[] = []
    for (let each = 0; each < 30; each++) {
      const { id } = await makeContact({ fields: { firstName: `Anna ${each}` } })
      contacts.push(id)
      deals.push((await makeDeal(id)).id)
    }
    const counted = counting(db)
    expect((await readOurValues(counted.db, integration, 'contact', contacts)).size).toBe(30)
    expect(counted.statements()).toBeLessThanOrEqual(6)
    expect((await readOurValues(counted.db, integration, 'deal', deals)).size).toBe(30)
    expect(counted.statements()).toBeLessThanOrEqual(12)
  })
})

describe('what they changed of a contact', () => {
  test('becomes ours in one change, made by the integration', async () => {
    const { id } = await makeContact({ fields: { firstName: 'Anna' }, attributes: { city: 'Moscow' } })
    const before = (await recordedChanges(db)).length
    const result = await apply('contact', id, { first_name: 'Anya', c1: null, c2: 31, responsible: 'u5' })
    expect(result).toEqual({ applied: ['first_name', 'responsible', 'c1', 'c2'], faults: [] })
    const contact = await getContact(db, context.projectId, id)
    expect(contact).toMatchObject({ firstName: 'Anya', attributes: { age: 31 }, responsibleId: peterId })
    expect(await changesSince(before)).toEqual(['contact.updated', 'contact.responsible_changed'])
    const [by] = await db.query<{ by: unknown }>(`select data->'by' as by from changes order by id desc limit 1`)
    expect(by).toEqual({ by: { kind: 'integration', id: 7 } })
  })

  test('is no change when it says the same in other words', async () => {
    const { id } = await makeContact({ fields: { firstName: 'Anna', phone: '+79161234567' }, labels: ['VIP'] })
    const before = (await recordedChanges(db)).length
    const same = { first_name: ' Anna ', phone: ['8 (916) 123-45-67'] }
    expect(await apply('contact', id, same, { add: ['VIP'], remove: ['new'] })).toEqual({ applied: [], faults: [] })
    expect(await changesSince(before)).toEqual([])
  })

  test('gives and takes phones and labels', async () => {
    const { id } = await makeContact({ fields: { phone: '+79161234567' }, labels: ['VIP', 'new'] })
    const phones = { phone: ['+4930123456', '8 916 000-00-01'] }
    expect(await apply('contact', id, phones, { add: [' warm '], remove: ['new'] })).toEqual({
      applied: ['phone', 'tags'],
      faults: [],
    })
    const contact = await getContact(db, context.projectId, id)
    expect(contact).toMatchObject({ phone: '+4930123456', labels: ['VIP', 'warm'] })
    expect((await identitiesOf(db, [id])).get(id)!.map(({ value }) => value)).toEqual(['+4930123456', '+79160000001'])
  })

  test('does not take a phone from another contact', async () => {
    const { id } = await makeContact({})
    const other = await makeContact({ fields: { firstName: 'Boris' } })
    await db.transaction((tx) => addIdentity(tx, context, { contactId: other.id, kind: 'phone', value: '+4930123456' }))
    const { faults } = await apply('contact', id, { phone: ['+4930123456', '+79161234567', 'ask Olga'] })
    expect(faults).toEqual([
      { path: 'phone', message: expect.stringContaining('ask Olga') },
      { path: 'phone', message: expect.stringContaining(`belongs to contact ${other.id} (Boris)`) },
    ])
    expect((await valuesNow('contact', id)).values.phone).toEqual(['+79161234567'])
  })

  test('keeps all else where a value or a label cannot be kept', async () => {
    const { id } = await makeContact({})
    const changed = { first_name: 'x'.repeat(300), last_name: 'Petrova' }
    const result = await apply('contact', id, changed, { add: ['y'.repeat(101), 'warm'], remove: [] })
    expect(result.applied).toEqual(['last_name', 'tags'])
    expect(result.faults.map(({ path }) => path)).toEqual(['first_name', 'tags'])
    expect(await getContact(db, context.projectId, id)).toMatchObject({ lastName: 'Petrova', labels: ['warm'] })
  })
})

describe('what they changed of a deal', () => {
  test('becomes ours, the stage last', async () => {
    const { id: contactId } = await makeContact({})
    const { id } = await makeDeal(contactId)
    const before = (await recordedChanges(db)).length
    const result = await apply('deal', id, {
      name: 'Two cars',
      budget: 900,
      d1: 'X5',
      responsible: 'u5',
      stage: '7/142',
    })
    expect(result).toEqual({ applied: ['name', 'budget', 'stage', 'responsible', 'd1'], faults: [] })
    const { deal, place } = await getDeal(db, context.projectId, id)
    expect(deal).toMatchObject({ name: 'Two cars', budget: 900, variables: { model: 'X5' }, status: 'success' })
    expect(deal.responsibleId).toBe(peterId)
    expect(place.stage.name).toBe('Won')
    expect(await changesSince(before)).toEqual([
      'deal.updated',
      'deal.assigned',
      'deal.stage_entered',
      'deal.status_changed',
    ])
  })

  test('is read back as it was applied', async () => {
    const { id: contactId } = await makeContact({})
    const { id } = await makeDeal(contactId)
    const theirs = { name: 'Two cars', budget: 900, d1: 'X5', responsible: 'u5', stage: '7/72' }
    await apply('deal', id, theirs)
    expect((await valuesNow('deal', id)).values).toEqual(theirs)
    expect((await apply('deal', id, theirs)).applied).toEqual([])
  })

  test('of a deal that is not there is refused', async () => {
    await expect(apply('deal', 123_456, { name: 'x' })).rejects.toMatchObject({ code: 'not_found' })
  })
})

/** The database with a count of what is asked of it. */
function counting(original: Database): { db: Queryable; statements(): number } {
  let count = 0
  const orm = new Proxy(original.orm, {
    get: (target, name) => {
      if (name === 'select') count++
      return Reflect.get(target, name)
    },
  })
  const query = <Row>(text: string, params?: unknown[]): Promise<Row[]> => {
    count++
    return original.query<Row>(text, params)
  }
  return { db: { orm, query }, statements: () => count }
}
