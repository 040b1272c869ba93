import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { coo, openPigeonry, type Pigeonry } from '../../pigeons.ts'
import { flow, says } from '../flows/engine/stage.ts'

let fresh: FreshDatabase
let pigeons: Pigeonry

beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  pigeons = await openPigeonry(fresh.db, {
    flows: [flow('Thanks', [{ type: 'any_message', conversations: ['email'], to: 'say' }], { say: says('Thank you') })],
  })
})
afterEach(() => pigeons.stop())
afterAll(() => fresh.drop())

const letter = (number: number, from: string) => ({
  ...coo(number, `from ${from}`, from),
  thread: { id: 'letter', kind: 'email' as const, title: 'Offer' },
})
const writers = () =>
  fresh.db.query(
    'select m.text, c.first_name as name from messages m join contacts c on c.id = m.contact_id order by m.id',
  )

describe('a thread of e-mails', () => {
  it('belongs to who began it; others who join in write as themselves', async () => {
    await pigeons.bring(letter(1, 'anna'))
    await pigeons.bring(letter(2, 'boris'))
    await pigeons.bring(letter(3, 'anna'))
    expect(await writers()).toEqual([
      { text: 'from anna', name: 'anna' },
      { text: 'from boris', name: 'boris' },
      { text: 'from anna', name: 'anna' },
    ])
    const { body } = await pigeons.call('GET', '/contacts?search=anna')
    expect(body.items.map(({ identities }: { identities: unknown }) => identities)).toEqual([
      [{ kind: 'ring', value: 'anna' }],
    ])
  })

  it('that was begun by us to an address is answered by the contact it was begun with', async () => {
    await pigeons.bring(letter(1, 'anna'))
    // As after a letter of ours to an address that no contact has.
    await fresh.db.query(`delete from identities`)
    await pigeons.bring(letter(2, 'anna'))
    expect(await fresh.db.query('select count(*)::int as count from contacts')).toEqual([{ count: 1 }])
  })

  it('moves a flow by what people write, and by no automatic answer', async () => {
    await pigeons.bring(letter(1, 'anna'))
    await expect.poll(() => pigeons.loft.sent.length).toBe(1)
    const automatic = letter(2, 'anna')
    await pigeons.bring({ ...automatic, message: { ...automatic.message, text: 'On holidays', addressesBot: false } })
    await pigeons.bring(letter(3, 'anna'))
    await expect.poll(() => pigeons.loft.sent.length).toBe(2)
    expect(await fresh.db.query('select count(*)::int as runs from runs')).toEqual([{ runs: 2 }])
  })
})
