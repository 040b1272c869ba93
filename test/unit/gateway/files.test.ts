import { createHash, randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { fileLink } from '../../../src/platform/files/file-link.ts'
import { createVault } from '../../../src/platform/secrets.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { testSecret } from '../../parley.ts'
import { coo, openPigeonry, type Pigeonry } from '../../pigeons.ts'

let fresh: FreshDatabase
let pigeons: Pigeonry

beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  pigeons = await openPigeonry(fresh.db)
})
afterEach(() => pigeons.stop())
afterAll(() => fresh.drop())

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)
const files = () => pigeons.loft.context!.files

describe('files that we keep', () => {
  it('are kept once by their content, which tells what they are', async () => {
    const one = await files().keep(png, { mime: 'text/html', maxBytes: 1000 })
    const again = await files().keep(new Blob([png]).stream(), { maxBytes: 1000 })
    expect(one).toEqual({ kept: createHash('sha256').update(png).digest('hex'), size: png.length, mime: 'image/png' })
    expect(again).toEqual(one)
    expect(await fresh.db.query('select count(*)::int as pieces from file_pieces')).toEqual([{ pieces: 1 }])
  })

  it('come back in pieces as they went in', async () => {
    const large = randomBytes(700_000)
    const { kept, size } = await files().keep(large, { maxBytes: 1_000_000 })
    const { body } = await files().open(kept)
    expect(size).toBe(700_000)
    expect(Buffer.from(await new Response(body).arrayBuffer()).equals(large)).toBe(true)
  })

  it('that are too large are refused, and nothing of them stays', async () => {
    await expect(files().keep(randomBytes(2000), { maxBytes: 1000 })).rejects.toMatchObject({ code: 'too_large' })
    expect(await fresh.db.query('select 1 from file_pieces')).toEqual([])
  })

  it('are served with a message, and by a link until its time is over', async () => {
    const { kept } = await files().keep(png, { maxBytes: 1000 })
    await pigeons.bring(
      coo(1, '', 'anna', { parts: [{ type: 'media', media: 'image', file: { kept }, name: 'car.png' }] }),
    )
    const [message] = await fresh.db.query<{ id: number }>('select id from messages')
    expect(await pigeons.fetchBytes(`/messages/${message!.id}/parts/0/file`)).toEqual(png)
    expect(await pigeons.fetchBytes(`/files/${kept}`)).toEqual(png)
    expect(await pigeons.call('GET', `/files/${'0'.repeat(64)}`)).toMatchObject({ status: 404 })
    const until = new Date(pigeons.clock.now().getTime() + 60_000)
    const link = fileLink(createVault(testSecret), { projectId: pigeons.work.projectId, hash: kept, until })
    const answer = await fetch(pigeons.address + link)
    expect(answer.headers.get('content-type')).toBe('image/png')
    expect(Buffer.from(await answer.arrayBuffer()).equals(png)).toBe(true)
    await pigeons.pass('61s')
    expect((await fetch(pigeons.address + link)).status).toBe(410)
    expect((await fetch(`${pigeons.address}/files/${link.slice(8, -2)}`)).status).toBe(404)
  })
})
