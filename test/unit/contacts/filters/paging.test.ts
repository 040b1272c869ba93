import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ContactSort, contactSorts } from '../../../../src/contacts/filters/contact-sort.ts'
import type { FilterGroup } from '../../../../src/contacts/filters/filter.ts'
import { countContacts, listContacts } from '../../../../src/contacts/filters/list-contacts.store.ts'
import type { AppError } from '../../../../src/platform/errors.ts'
import type { WorkContext } from '../../../../src/team/context.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { makeProject } from '../../../project.ts'

let fresh: FreshDatabase
let context: WorkContext

beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  context = await makeProject(fresh.db)
})
afterAll(() => fresh.drop())

const view = () => ({ projectId: context.projectId, now: context.now, further: [] })
const everybody: FilterGroup = { match: 'all', rules: [{ field: 'id', operator: 'is_set' }] }

/** So many contacts: of five one has no name, of seven one was never active, and many have the same name or time. */
async function fill(count: number, letter = 'a'): Promise<void> {
  await fresh.db.query(
    `insert into contacts (project_id, first_name, last_activity_at, created_at, updated_at)
       select $1, case when n % 5 > 0 then $3 || ' ' || (n * 7 % 10) end,
              case when n % 7 > 0 then timestamptz '2026-10-01 00:00Z' + (n * 13 % 20) * interval '1 hour' end,
              timestamptz '2026-09-01 00:00Z' + (n * 11 % 17) * interval '1 day', now()
         from generate_series(1, $2::int) n`,
    [context.projectId, count, letter],
  )
}

/** The numbers of all contacts page by page; `between` happens after each page. */
async function walk(
  query: { sort?: ContactSort; filter?: FilterGroup; limit: number },
  between: () => Promise<void> = async () => {},
): Promise<number[]> {
  const ids: number[] = []
  let cursor: string | undefined
  do {
    const page = await listContacts(fresh.db, view(), { ...query, cursor })
    ids.push(...page.items.map((contact) => contact.id))
    cursor = page.nextCursor ?? undefined
    await between()
  } while (cursor !== undefined)
  return ids
}

const keys = {
  id: 'c.id',
  name: 's.sort_name',
  createdAt: 'c.created_at',
  lastActivityAt: 'c.last_activity_at',
}

async function sorted(sort: ContactSort): Promise<number[]> {
  const direction = sort.startsWith('-') ? 'desc' : 'asc'
  const key = keys[sort.replace('-', '') as keyof typeof keys]
  const rows = await fresh.db.query<{ id: number }>(
    `select c.id from contacts c join contact_search s on s.contact_id = c.id
      where c.project_id = $1 order by ${key} ${direction} nulls last, c.id ${direction}`,
    [context.projectId],
  )
  return rows.map((row) => row.id)
}

describe('a list of contacts', () => {
  it.each(contactSorts)('sorted by %s goes through all page by page, those without a value last', async (sort) => {
    await fill(60)
    const expected = await sorted(sort)
    expect(await walk({ sort, limit: 7 })).toEqual(expected)
    expect(await walk({ sort, limit: 7, filter: everybody })).toEqual(expected)
    expect(await walk({ sort, limit: 60 })).toEqual(expected)
    expect(await walk({ sort, limit: 59, filter: everybody })).toEqual(expected)
  })

  it.each(contactSorts)('sorted by %s is walked through where a filter lets more than a few pass', async (sort) => {
    await fill(2300)
    const expected = await sorted(sort)
    expect(await walk({ sort, limit: 200, filter: everybody })).toEqual(expected)
  })

  it.each(contactSorts)('sorted by %s neither repeats nor hides anybody while others come', async (sort) => {
    await fill(40)
    const before = await sorted(sort)
    for (const filter of [undefined, everybody]) {
      const seen = await walk({ sort, limit: 6, filter }, () => fill(3, 'b'))
      expect(new Set(seen).size).toBe(seen.length)
      expect(seen.filter((id) => before.includes(id))).toEqual(before)
    }
  })

  it('is the newest first unless it is sorted', async () => {
    await fill(3)
    expect(await walk({ limit: 2 })).toEqual(await sorted('-id'))
  })

  it('sorts names without regard to case, ё as е, and those without a name by what else they are called', async () => {
    await fresh.db.query(
      `insert into contacts (project_id, first_name, username, phone, created_at, updated_at)
         select $1, first_name, username, phone, now(), now()
           from json_to_recordset($2::text::json) as t (first_name text, username text, phone text)`,
      [
        context.projectId,
        JSON.stringify([
          { first_name: 'Жора' },
          { first_name: 'ёлка' },
          { first_name: 'Егор' },
          { first_name: 'еж' },
          { username: 'Zed' },
          { first_name: 'abel' },
          { phone: '+79161234567' },
          {},
        ]),
      ],
    )
    const { items } = await listContacts(fresh.db, view(), { sort: 'name' })
    expect(items.map(({ firstName, username, phone }) => firstName ?? username ?? phone)).toEqual([
      '+79161234567',
      'abel',
      'Zed',
      'Егор',
      'еж',
      'ёлка',
      'Жора',
      null,
    ])
  })

  it('has no contact that went into another one', async () => {
    await fill(3)
    await fresh.db.query('update contacts set merged_into_id = 1 where id = 2')
    expect(await walk({ sort: 'id', limit: 10 })).toEqual([1, 3])
    expect(await walk({ sort: 'id', limit: 10, filter: everybody })).toEqual([1, 3])
    expect(await countContacts(fresh.db, view(), {})).toEqual({ count: 2, more: false })
  })

  it.each([
    ['banana', 'cursor is not one of ours'],
    [Buffer.from('["id",null,0]').toString('base64url'), 'cursor is not one of ours'],
    [Buffer.from('["-createdAt","yesterday",5]').toString('base64url'), 'cursor is not one of ours'],
    [
      Buffer.from('["-createdAt","2026-01-01T00:00:00Z\' or 1=1",5]').toString('base64url'),
      'cursor is not one of ours',
    ],
    [Buffer.from('["name","a\\u0000",5]').toString('base64url'), 'cursor is not one of ours'],
    [Buffer.from('["name","a",5]').toString('base64url'), 'cursor belongs to the order name; the order -createdAt'],
  ])('refuses the cursor %s', async (cursor, message) => {
    const error = await listContacts(fresh.db, view(), { cursor, sort: '-createdAt' }).catch((each: AppError) => each)
    expect((error as AppError).message).toContain(message)
    expect((error as AppError).faults[0]?.path).toBe('cursor')
  })

  it('goes on behind names that hold anything', async () => {
    const name = `"'\\%_; drop table contacts; --`
    await fresh.db.query(
      `insert into contacts (project_id, first_name, created_at, updated_at)
         select $1, $2 || repeat('Я', n), now(), now() from generate_series(60, 63) n`,
      [context.projectId, name],
    )
    expect(await walk({ sort: '-name', limit: 1 })).toEqual(await sorted('-name'))
    expect(await walk({ sort: 'name', limit: 1, filter: everybody })).toEqual(await sorted('name'))
  })
})

describe('a count of contacts', () => {
  it('is exact to 10,000, and then says that there are more', async () => {
    await fill(10_000)
    expect(await countContacts(fresh.db, view(), {})).toEqual({ count: 10_000, more: false })
    expect(await countContacts(fresh.db, view(), { filter: everybody })).toEqual({ count: 10_000, more: false })
    await fill(1)
    expect(await countContacts(fresh.db, view(), {})).toEqual({ count: 10_000, more: true })
    expect(await countContacts(fresh.db, view(), { filter: everybody })).toEqual({ count: 10_000, more: true })
    expect(await countContacts(fresh.db, view(), { search: 'a 7' })).toMatchObject({ more: false })
  })
})
