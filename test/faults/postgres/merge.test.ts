import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { mergeContacts } from '../../../src/contacts/merge/merge-contacts.ts'
import { undoMerge } from '../../../src/contacts/merge/undo-merge.ts'
import { conversationsFollower } from '../../../src/conversations/conversations-follower.store.ts'
import { mergeFollowers } from '../../../src/gateway/merge-followers.ts'
import type { Queryable } from '../../../src/platform/database/database.ts'
import { openPostgres } from '../../../src/platform/database/postgres.ts'
import { flow, leaveStage, openStage, type Stage, says } from '../../unit/flows/engine/stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await openStage({
    flows: [
      flow('Echo', [{ type: 'any_message', conversations: ['direct', 'group'], to: 'echo' }], { echo: says('Yes') }),
    ],
  })
  for (const person of [1, 2]) await stage.say(person, 'hello')
  await stage.rest()
})
afterEach(() => stage.close())
afterAll(leaveStage)

const merge = async (survivorId: number, secondId: number) =>
  stage.run((tx, context, input) => mergeContacts(tx, context, input, mergeFollowers), { survivorId, secondId })
const undo = (mergeId: number) =>
  stage.run((tx, context, input) => undoMerge(tx, context, input, mergeFollowers), { mergeId })
/** Opens a conversation of a contact as a batch does, with its thread. */
const openConversation = (db: Queryable, contactId: number, thread: string) =>
  db.query(
    `with c as (insert into conversations (project_id, channel_id, kind, contact_id, came_by, mode, created_at)
                values (1, $1, 'direct', $2, 'telegram/2', 'bot', now()) returning id)
     insert into threads (project_id, channel_id, external_id, conversation_id) select 1, $1, $3, id from c`,
    [stage.channelId, contactId, thread],
  )
/** Rows of each table by the person who wrote in them, and the contact that they have. */
const owners = async () => {
  const rows = await stage.db.query<{ text: string; contact_id: number }>(
    `select text, contact_id from messages where direction = 'inbound' order by id`,
  )
  return Map.groupBy(rows, (row) => row.text.split(' ')[0]!)
}

describe('a merge while messages of both contacts arrive', () => {
  it('and its undo leave each message, conversation and place in a group with the right contact, and lose none', async () => {
    const [one, two] = [await stage.contactId(1), await stage.contactId(2)]
    const count = 60
    const talking = [1, 2].flatMap((person) => [
      // In a conversation that goes on, and in groups that begin with each message.
      (async () => {
        for (let index = 0; index < count; index++) await stage.say(person, `${person} direct ${index}`)
      })(),
      (async () => {
        for (let index = 0; index < count; index++)
          await stage.sayInGroup(-(1000 * person + index), person, `${person} group ${index}`)
      })(),
    ])
    let over = false
    const merging = (async () => {
      let times = 0
      while (!over) {
        const { merge: made } = await merge(one, two)
        await undo(made.id)
        times++
      }
      return times
    })()
    const talked = Promise.all(talking).finally(() => {
      over = true
    })
    const [times] = await Promise.all([merging, talked])
    expect(times).toBeGreaterThan(3)
    await stage.parley.sweep()
    await stage.rest()

    const texts = await owners()
    for (const [person, contact] of [
      ['1', one],
      ['2', two],
    ] as const) {
      const said = texts.get(person)!
      expect(said.map((row) => row.text).toSorted()).toEqual(
        ['direct', 'group']
          .flatMap((where) => Array.from({ length: count }, (_, index) => `${person} ${where} ${index}`))
          .toSorted(),
      )
      expect(new Set(said.map((row) => row.contact_id))).toEqual(new Set([contact]))
    }
    const places = await stage.db.query<{ contact_id: number; n: number }>(
      'select contact_id, count(*)::int as n from members group by 1 order by 1',
    )
    expect(places).toEqual([one, two].map((contact_id) => ({ contact_id, n: count })))
    expect(await stage.db.query(`select 1 from events where status = 'parked'`)).toEqual([])

    const { merge: last } = await merge(one, two)
    for (const table of ['messages', 'conversations', 'members', 'identities', 'runs'])
      expect(await stage.db.query(`select 1 from ${table} where contact_id = $1`, [two]), table).toEqual([])
    await undo(last.id)
  })

  it('finds a conversation that somebody was just opening, and takes it along', async () => {
    const [one, two] = [await stage.contactId(1), await stage.contactId(2)]
    const other = openPostgres(stage.url!)
    const opened = Promise.withResolvers<void>()
    const mayCommit = Promise.withResolvers<void>()
    const opening = other.transaction(async (tx) => {
      await openConversation(tx, two, 'new')
      opened.resolve()
      await mayCommit.promise
    })
    await opened.promise
    const merged = merge(one, two)
    await vi.waitFor(async () => {
      const waiting = await other.query('select 1 from pg_locks where not granted')
      expect(waiting).not.toEqual([])
    })
    mayCommit.resolve()
    await opening
    await merged
    expect(await stage.db.query('select distinct contact_id from conversations')).toEqual([{ contact_id: one }])
    await other.close()
  })

  it('comes to its end although new conversations are opened while it looks for those that there are', async () => {
    const [one, two] = [await stage.contactId(1), await stage.contactId(2)]
    const other = openPostgres(stage.url!)
    let opened = 0
    let looks = 0
    const locks: typeof conversationsFollower.locks = {
      ...conversationsFollower.locks!,
      async find(db, contactIds) {
        const found = await conversationsFollower.locks!.find(db, contactIds)
        // The first look of each try is the one before the contacts are locked.
        if (looks++ % 2 === 0) {
          await openConversation(other, two, `new ${opened++}`)
        }
        return found
      },
    }
    await stage.run(
      (tx, context, input) =>
        mergeContacts(
          tx,
          context,
          input,
          mergeFollowers.map((each) => (each === conversationsFollower ? { ...conversationsFollower, locks } : each)),
        ),
      { survivorId: one, secondId: two },
    )
    expect(opened).toBeGreaterThan(0)
    expect(await stage.db.query('select distinct contact_id from conversations')).toEqual([{ contact_id: one }])
    await other.close()
  })

  it('makes whoever writes of the second contact afterwards write of the survivor, or try again', async () => {
    const [one, two] = [await stage.contactId(1), await stage.contactId(2)]
    const other = openPostgres(stage.url!)
    const mayWrite = Promise.withResolvers<void>()
    const hasRead = Promise.withResolvers<void>()
    const writing = other.transaction(async (tx) => {
      await tx.query('select 1 from contacts where id = $1', [two])
      hasRead.resolve()
      await mayWrite.promise
      await tx.query(`insert into notes (project_id, contact_id, text, created_at) values (1, $1, 'late', now())`, [
        two,
      ])
      await tx.query(
        `insert into conversations (project_id, channel_id, kind, contact_id, mode, created_at)
         values (1, $1, 'direct', $2, 'bot', now())`,
        [stage.channelId, two],
      )
    })
    await hasRead.promise
    await merge(one, two)
    mayWrite.resolve()
    await expect(writing).rejects.toThrow(`Contact ${two} was merged into contact ${one} meanwhile.`)
    await stage.db.query(`insert into notes (project_id, contact_id, text, created_at) values (1, $1, 'late', now())`, [
      two,
    ])
    expect(await stage.db.query('select contact_id from notes')).toEqual([{ contact_id: one }])
    await other.close()
  })
})
