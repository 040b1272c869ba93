import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { createContact } from '../../../../src/contacts/create-contact.ts'
import { linkContacts } from '../../../../src/contacts/links/link-contacts.ts'
import { mergeContacts } from '../../../../src/contacts/merge/merge-contacts.ts'
import { dismissTwins } from '../../../../src/contacts/twins/dismiss-twins.ts'
import { listTwins, suggestTwins } from '../../../../src/contacts/twins/suggest-twins.ts'
import { mergeFollowers } from '../../../../src/gateway/merge-followers.ts'
import type { Tx } from '../../../../src/platform/database/database.ts'
import type { WorkContext } from '../../../../src/team/context.ts'
import { freshDatabase } from '../../../database.ts'
import { makeProject } from '../../../project.ts'

const fresh = await freshDatabase()
afterAll(fresh.drop)
let context: WorkContext
beforeEach(async () => {
  await fresh.clear()
  context = await makeProject(fresh.db)
})

const run = <Input, Result>(verb: (tx: Tx, context: WorkContext, input: Input) => Promise<Result>, input: Input) =>
  fresh.db.transaction((tx) => verb(tx, context, input))
/** A contact as a channel tells of one: a claimed phone is no identity, and comes as it is spelled there. */
const told = async (fields: { phone?: string; email?: string; username?: string }) => {
  const { id } = await run(createContact, {})
  await fresh.db.query('update contacts set phone = $2, email = $3, username = $4 where id = $1', [
    id,
    fields.phone ?? null,
    fields.email ?? null,
    fields.username ?? null,
  ])
  return id
}
const twinsOf = (contactId: number) => suggestTwins(fresh.db, context.projectId, contactId)
const groups = async (limit = 50) => {
  const found: [string, string, number[]][] = []
  let cursor: string | undefined
  do {
    const page = await listTwins(fresh.db, context.projectId, { cursor, limit })
    expect(page.items.length).toBeLessThanOrEqual(limit)
    found.push(
      ...page.items.map(({ reason, value, contactIds }): [string, string, number[]] => [reason, value, contactIds]),
    )
    cursor = page.nextCursor ?? undefined
  } while (cursor)
  return found
}

describe('likely twins', () => {
  it('share a phone in whatever spelling, an e-mail or a username', async () => {
    const { id: anna } = await run(createContact, { fields: { phone: '+79161234567', email: 'anna@example.com' } })
    const spelled = await told({ phone: '8 (916) 123-45-67' })
    const mailed = await told({ email: 'ANNA@Example.com', username: 'Anna' })
    const named = await told({ username: 'aNNa' })
    await told({ phone: '911', username: 'boris' })
    await told({ phone: '9-1-1' })
    expect(await twinsOf(anna)).toEqual([
      { contactId: spelled, reason: 'phone', value: '9161234567' },
      { contactId: mailed, reason: 'email', value: 'anna@example.com' },
    ])
    expect(await twinsOf(spelled)).toEqual([{ contactId: anna, reason: 'phone', value: '9161234567' }])
    expect(await twinsOf(named)).toEqual([{ contactId: mailed, reason: 'username', value: 'anna' }])
    const all = [
      ['phone', '9161234567', [anna, spelled]],
      ['email', 'anna@example.com', [anna, mailed]],
      ['username', 'anna', [mailed, named]],
    ]
    expect(await groups()).toEqual(all)
    expect(await groups(1)).toEqual(all)
    expect(await groups(2)).toEqual(all)
  })

  it('are found by further phones and e-mails, too', async () => {
    const identities = [
      { kind: 'phone', value: '+79161234567' },
      { kind: 'email', value: 'a@b.co' },
    ]
    const { id } = await run(createContact, { identities })
    const [phone, email] = [await told({ phone: '+7 916 1234567' }), await told({ email: 'A@b.co' })]
    expect((await twinsOf(id)).map((twin) => twin.contactId)).toEqual([phone, email])
    expect(await twinsOf(phone)).toMatchObject([{ contactId: id }])
  })

  it('are not suggested once they are dismissed, linked or merged', async () => {
    const [one, two, three] = [
      await told({ username: 'x' }),
      await told({ username: 'x' }),
      await told({ username: 'x' }),
    ]
    const others = async (id: number) => (await twinsOf(id)).map((twin) => twin.contactId)
    await run(dismissTwins, { contactId: two, otherId: one })
    await run(dismissTwins, { contactId: one, otherId: two })
    expect([await others(one), await others(two)]).toEqual([[three], [three]])
    await run(linkContacts, { contactId: one, otherId: three })
    expect([await others(one), await others(two), await others(three)]).toEqual([[], [three], [two]])
    expect(await groups()).toEqual([['username', 'x', [one, two, three]]])
    await run((tx, work, input) => mergeContacts(tx, work, input, mergeFollowers), { survivorId: one, secondId: three })
    expect(await groups()).toEqual([])
    await expect(run(dismissTwins, { contactId: one, otherId: three })).rejects.toThrow('is no twin of itself')
  })

  it('of other projects are none, and a cursor of others is refused', async () => {
    await told({ username: 'x' })
    context = await makeProject(fresh.db)
    const id = await told({ username: 'x' })
    expect([await twinsOf(id), await groups()]).toEqual([[], []])
    await expect(listTwins(fresh.db, context.projectId, { cursor: 'banana' })).rejects.toThrow('not one of ours')
  })
})
