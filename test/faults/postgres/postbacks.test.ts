import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { createContact } from '../../../src/contacts/create-contact.ts'
import { mergeContacts } from '../../../src/contacts/merge/merge-contacts.ts'
import { mergeFollowers } from '../../../src/gateway/merge-followers.ts'
import { type PostbackRoom, postbackRoom } from '../../unit/sync/postbacks/postback-room.ts'

let room: PostbackRoom
beforeAll(async () => {
  room = await postbackRoom()
})
beforeEach(() => room.clear())
afterAll(() => room.fresh.drop())

it('a postback about a contact that is just being merged gives what it says to the survivor', async () => {
  const { db } = room.fresh
  const phone = '+79161234567'
  const survivor = await room.run(createContact, { fields: { firstName: 'Anna' } })
  const second = await room.run(createContact, { fields: { phone } })
  const { call } = await room.make()
  const merged = Promise.withResolvers<void>()
  const finished = Promise.withResolvers<void>()
  const merging = db.transaction(async (tx) => {
    await mergeContacts(tx, room.context, { survivorId: survivor.id, secondId: second.id }, mergeFollowers)
    merged.resolve()
    await finished.promise
  })
  await merged.promise
  const answer = call({ user: { phone, tg: '77' } })
  await vi.waitFor(async () => {
    const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    expect(await db.query(waiting)).toHaveLength(1)
  })
  finished.resolve()
  await merging
  expect(await answer).toEqual({ contactId: survivor.id, created: false })
  expect(await db.query('select kind, contact_id from identities order by kind')).toEqual([
    { kind: 'phone', contact_id: survivor.id },
    { kind: 'telegram', contact_id: survivor.id },
  ])
})
