import { afterAll, beforeAll, expect, it } from 'vitest'
import { apiOperations } from '../../../src/gateway/api-operations.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { type TestGateway, testGateway } from '../../gateway.ts'

let fresh: FreshDatabase
let gateway: TestGateway
beforeAll(async () => {
  fresh = await freshDatabase()
  gateway = await testGateway(fresh.db)
})
afterAll(() => fresh.drop())

const lists = apiOperations.filter(
  ({ method, query, id }) => method === 'get' && query && 'cursor' in query.shape && id !== 'streamChanges',
)

const base64 = (text: string) => Buffer.from(text).toString('base64url')
/** What somebody may make of a cursor: whatever a list reads out of it, the database has to be able to take. */
const tampered = [
  'x',
  base64('not a place'),
  base64('9'.repeat(17)),
  base64('9'.repeat(16)),
  base64('-1'),
  base64('1e3'),
  base64('{"a":1}'),
  base64('[null]'),
  base64('["phone","\\u0000"]'),
  base64('["-createdAt","never",1]'),
  base64('["name","\\u0000",1]'),
  base64(`${'9'.repeat(16)}/1`),
  base64(`never/${'9'.repeat(16)}`),
  `${'9'.repeat(20)}-1`,
  `1-${'9'.repeat(15)}`,
]

it.each(lists.map(({ path }) => path))(
  '%s answers a tampered cursor with what is wrong, and never fails',
  async (path) => {
    const address = path.replaceAll(/\{\w+\}/g, '1')
    for (const cursor of tampered) {
      for (const extra of ['', '&sort=due', '&sort=-createdAt', '&sort=name']) {
        const { status, body } = await gateway.call('GET', `${address}?cursor=${encodeURIComponent(cursor)}${extra}`)
        expect([200, 400, 404], `${cursor}${extra} ${JSON.stringify(body)}`).toContain(status)
      }
    }
  },
)
