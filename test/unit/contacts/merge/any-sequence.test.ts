import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { attachIdentities } from '../../../../src/contacts/contacts.store.ts'
import type { Identity } from '../../../../src/contacts/identity.ts'
import { mergeContacts } from '../../../../src/contacts/merge/merge-contacts.ts'
import { undoMerge } from '../../../../src/contacts/merge/undo-merge.ts'
import { createDeal } from '../../../../src/crm/create-deal.ts'
import { createPipeline } from '../../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../../src/crm/create-spot.ts'
import { mergeFollowers } from '../../../../src/gateway/merge-followers.ts'
import { flow, leaveStage, openStage, type Stage, says } from '../../flows/engine/stage.ts'

const contactsInAll = 4
const who = fc.nat(contactsInAll - 1)
const command = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('merge' as const), survivor: who, second: who }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('undo' as const), merge: fc.nat(5) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('say' as const), person: fc.nat(9), inGroup: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('deal' as const), contact: who, spoken: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('learn' as const), person: fc.nat(9), byHand: fc.boolean() }) },
)
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never

let stage: Stage
beforeAll(async () => {
  stage = await openStage({
    flows: [
      flow('Echo', [{ type: 'any_message', conversations: ['direct', 'group'], to: 'echo' }], { echo: says('Yes') }),
    ],
  })
  const spot = await stage.run(createSpot, { name: 'Centre' })
  await stage.run(createPipeline, { spotId: spot.id, name: 'Sales' })
})
afterAll(async () => {
  await stage.close()
  await leaveStage()
})

/** Numbers of persons: each sequence has persons of its own. */
let persons = 1000

/**
 * What ought to be: everything has the contact that it came to, or that the identity it came by belongs to, as its home;
 * and a contact that was merged stands for its survivor as long as it is.
 */
class World {
  readonly contacts: number[] = []
  /** The homes of persons, by their telegram ids, in the order in which they came up. */
  readonly people: { id: number; home: number; talks: boolean }[] = []
  readonly deals = new Map<number, number>()
  readonly said = new Map<string, number>()
  readonly merges: { id: number; survivor: number; second: number; undone: boolean }[] = []

  /** The contact that a contact is part of now. */
  root(contact: number): number {
    const merge = this.merges.find((each) => each.second === contact && !each.undone)
    return merge ? this.root(merge.survivor) : contact
  }

  canUndo(index: number): boolean {
    const merge = this.merges[index]!
    const later = this.merges.slice(index + 1).some((each) => each.survivor === merge.survivor && !each.undone)
    return !merge.undone && !later && this.root(merge.survivor) === merge.survivor
  }
}

async function meet(world: World): Promise<void> {
  const id = ++persons
  await stage.say(id, `hello from ${id}`)
  const contact = await stage.contactId(id)
  world.contacts.push(contact)
  world.people.push({ id, home: contact, talks: true })
  world.said.set(`hello from ${id}`, contact)
  // A second account, in which nothing was said yet.
  await learn(world, contact, contact, undefined)
}

/** The contact gets to know another account: given by hand, or learned by one that is known. */
async function learn(world: World, contactId: number, home: number, knownBy: Identity | undefined): Promise<void> {
  const id = ++persons
  const account = { kind: 'telegram', value: String(id) }
  await stage.run((tx, { projectId, now }, owner) => attachIdentities(tx, { projectId, now, ...owner }, [account]), {
    contactId,
    knownBy,
  })
  world.people.push({ id, home, talks: false })
}

async function perform(world: World, step: Command): Promise<void> {
  const person = 'person' in step ? world.people[step.person % world.people.length]! : undefined
  if (step.do === 'merge') {
    const input = { survivorId: world.contacts[step.survivor]!, secondId: world.contacts[step.second]! }
    const { survivorId: survivor, secondId: second } = input
    const possible = survivor !== second && world.root(survivor) === survivor && world.root(second) === second
    const merged = stage.run((tx, context, given) => mergeContacts(tx, context, given, mergeFollowers), input)
    if (!possible) return void (await expect(merged).rejects.toMatchObject({ code: 'conflict' }))
    world.merges.push({ id: (await merged).merge.id, survivor, second, undone: false })
  } else if (step.do === 'undo') {
    if (world.merges.length === 0) return
    await undo(world, step.merge % world.merges.length)
  } else if (step.do === 'say') {
    const text = `${world.said.size} from ${person!.id}`
    if (step.inGroup) await stage.sayInGroup(-persons, person!.id, text)
    else await stage.say(person!.id, text)
    person!.talks ||= !step.inGroup
    world.said.set(text, person!.home)
  } else if (step.do === 'deal') {
    const contact = world.root(world.contacts[step.contact]!)
    const speaker = step.spoken && world.people.find((each) => each.talks && world.root(each.home) === contact)
    const conversationId = speaker ? await stage.conversationId(speaker.id) : undefined
    const given = { name: 'Car', spot: 'Centre', contactId: world.contacts[step.contact]!, conversationId }
    world.deals.set((await stage.run(createDeal, given)).id, speaker ? speaker.home : contact)
  } else {
    const contactId = world.root(person!.home)
    const knownBy = { kind: 'telegram', value: String(person!.id) }
    await learn(world, contactId, step.byHand ? contactId : person!.home, step.byHand ? undefined : knownBy)
  }
}

async function undo(world: World, index: number): Promise<void> {
  const possible = world.canUndo(index)
  const merge = world.merges[index]!
  const undone = stage.run((tx, context, given) => undoMerge(tx, context, given, mergeFollowers), { mergeId: merge.id })
  if (!possible) return void (await expect(undone).rejects.toMatchObject({ code: 'conflict' }))
  await undone
  merge.undone = true
}

async function verify(world: World): Promise<void> {
  const read = async (query: string) =>
    new Map(
      (await stage.db.query<{ key: string; contact_id: number }>(query, [Math.min(...world.contacts)])).map((row) => [
        row.key,
        row.contact_id,
      ]),
    )
  const expected = (homes: Iterable<[string | number, number]>) =>
    new Map([...homes].map(([key, home]) => [String(key), world.root(home)]))
  const ofPeople = world.people.map(({ id, home }): [number, number] => [id, home])
  expect(await read('select value as key, contact_id from identities where contact_id >= $1')).toEqual(
    expected(ofPeople),
  )
  expect(await read('select id::text as key, contact_id from deals where contact_id >= $1')).toEqual(
    expected(world.deals),
  )
  expect(await read('select text as key, contact_id from messages where contact_id >= $1')).toEqual(
    expected(world.said),
  )
  const talking = world.people.flatMap(({ id, home, talks }): [number, number][] => (talks ? [[id, home]] : []))
  const conversations = `select t.external_id as key, c.contact_id from conversations c join threads t on t.conversation_id = c.id
    where c.contact_id >= $1 and c.kind = 'direct'`
  expect(await read(conversations)).toEqual(expected(talking))
  const inGroups = `select distinct m.contact_id || ' ' || m.conversation_id as key, m.contact_id from messages m
    join conversations c on c.id = m.conversation_id where c.kind = 'group' and m.contact_id >= $1`
  const places = `select contact_id || ' ' || conversation_id as key, contact_id from members where contact_id >= $1`
  expect(await read(places)).toEqual(await read(inGroups))
}

describe('any sequence of merges and undos', () => {
  it('leaves each message, deal, identity, conversation and place in a group on exactly the one contact that it belongs to', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 25 }), async (steps) => {
        const world = new World()
        for (let count = 0; count < contactsInAll; count++) await meet(world)
        for (const step of steps) await perform(world, step)
        await verify(world)
        for (let index = world.merges.length - 1; index >= 0; index--) {
          if (!world.merges[index]!.undone) await undo(world, index)
        }
        await verify(world)
      }),
      { numRuns: 12 },
    )
  }, 120_000)
})
