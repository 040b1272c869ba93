import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type ChangeReader, type ChangeReaderOptions, startChangeReader } from '../../../src/platform/change-reader.ts'
import { type RecordedChange, recordChange } from '../../../src/platform/changes.ts'
import type { Tx } from '../../../src/platform/database/database.ts'
import { createLog } from '../../../src/platform/log.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'

let fresh: FreshDatabase
let readers: ChangeReader[] = []
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(() => fresh.clear())
afterEach(async () => {
  await Promise.all(readers.map((reader) => reader.stop()))
  readers = []
})
afterAll(() => fresh.drop())

/** Other transactions of the server may hold the log's end back for a moment. */
const patiently = { timeout: 10_000, interval: 10 }

const record = (kind: string, tx?: Tx) => {
  const change = { projectId: 1, kind, data: {}, at: new Date('2026-11-02T09:00:00Z') }
  return tx ? recordChange(tx, change) : fresh.db.transaction((own) => recordChange(own, change))
}
const start = (holder: string, handle: ChangeReaderOptions['handle'], kinds?: string[]) => {
  const reader = startChangeReader({ db: fresh.db, log: createLog('silent'), name: 'test', holder, kinds, handle })
  readers.push(reader)
  return reader
}
/** Notes kinds in the handler's own transaction, as real readers write. */
const note = async (tx: Tx, changes: RecordedChange[]) => {
  for (const { kind } of changes) await tx.query('insert into leases values ($1, $1, now())', [`seen ${kind}`])
}
const seen = async () =>
  (await fresh.db.query<{ name: string }>(`select name from leases where name like 'seen %' order by name`)).map(
    (row) => row.name,
  )

describe('a reader of changes', () => {
  it('works on everything once, in order, and goes on where it was after a restart', async () => {
    for (const kind of ['a', 'b']) await record(kind)
    const kinds: string[] = []
    const first = start('one', async (_tx, changes) => void kinds.push(...changes.map((change) => change.kind)))
    await vi.waitFor(() => expect(kinds).toEqual(['a', 'b']), patiently)
    await first.stop()
    await record('c')
    start('one', async (_tx, changes) => void kinds.push(...changes.map((change) => change.kind)))
    await vi.waitFor(() => expect(kinds).toEqual(['a', 'b', 'c']), patiently)
  })

  it('shows nothing of a transaction that was rolled back', async () => {
    const kinds: string[] = []
    await fresh.db
      .transaction(async (tx) => {
        await record('never', tx)
        throw new Error('rolled back')
      })
      .catch(() => {})
    await record('kept')
    start('one', async (_tx, changes) => void kinds.push(...changes.map((change) => change.kind)))
    await vi.waitFor(() => expect(kinds).toEqual(['kept']), patiently)
  })

  it('looks again when it is woken', async () => {
    const kinds: string[] = []
    const reader = start('one', async (_tx, changes) => void kinds.push(...changes.map((change) => change.kind)))
    await vi.waitFor(async () =>
      expect(await fresh.db.query(`select 1 from leases where name = 'cursor:test'`)).toHaveLength(1),
    )
    const begin = performance.now()
    await record('a')
    reader.wake()
    await vi.waitFor(() => expect(kinds).toEqual(['a']), { interval: 5 })
    expect(performance.now() - begin).toBeLessThan(700)
  })

  it('takes back what a failing handler wrote, gets everything before it through, and goes on when it recovers', async () => {
    for (const kind of ['a', 'b', 'poison', 'z']) await record(kind)
    let poisoned = true
    start('one', async (tx, changes) => {
      await note(tx, changes)
      if (poisoned && changes.some((change) => change.kind === 'poison')) throw new Error('poison')
    })
    await vi.waitFor(async () => expect(await seen()).toEqual(['seen a', 'seen b']), patiently)
    poisoned = false
    await vi.waitFor(async () => expect(await seen()).toEqual(['seen a', 'seen b', 'seen poison', 'seen z']), patiently)
  })

  it('calls back when what it worked on is committed', async () => {
    await record('a')
    const visible: string[][] = []
    start('one', async (tx, changes) => {
      await note(tx, changes)
      return () => void seen().then((names) => visible.push(names))
    })
    await vi.waitFor(() => expect(visible).toEqual([['seen a']]), patiently)
  })

  it('passes over kinds that it does not look for, however many there are, and keeps the order of the others', async () => {
    await record('wanted 1')
    await fresh.db.query(
      `insert into changes (project_id, kind, data, at)
       select 1, case when n % 100 = 0 then 'wanted' else 'noise' end, jsonb_build_object('n', n), now() from generate_series(1, 12000) n`,
    )
    const told: [kind: string, n: unknown][] = []
    start(
      'one',
      async (_tx, changes) => void told.push(...changes.map(({ kind, data }) => [kind, data.n] as [string, unknown])),
      ['wanted 1', 'wanted'],
    )
    const expected = [
      ['wanted 1', undefined],
      ...Array.from({ length: 120 }, (_, index) => ['wanted', (index + 1) * 100]),
    ]
    await vi.waitFor(() => expect(told).toHaveLength(expected.length), patiently)
    expect(told).toEqual(expected)
    await record('noise')
    await record('wanted 1')
    await vi.waitFor(() => expect(told).toHaveLength(expected.length + 1), patiently)
    await vi.waitFor(
      async () =>
        expect(
          await fresh.db.query(
            `select count(*)::int as unread from changes c, cursors r where (c.xact, c.id) > (r.xact, r.change_id)`,
          ),
        ).toEqual([{ unread: 0 }]),
      patiently,
    )
  })

  it('finds more wanted changes at once than fit into one batch', async () => {
    await fresh.db.query(
      `insert into changes (project_id, kind, data, at)
       select 1, case when n % 2 = 0 then 'wanted' else 'noise' end, jsonb_build_object('n', n), now() from generate_series(1, 1000) n`,
    )
    const told: unknown[] = []
    const sizes: number[] = []
    start(
      'one',
      async (_tx, changes) => {
        sizes.push(changes.length)
        told.push(...changes.map(({ data }) => data.n))
      },
      ['wanted'],
    )
    await vi.waitFor(() => expect(told).toHaveLength(500), patiently)
    expect(told).toEqual(Array.from({ length: 500 }, (_, index) => (index + 1) * 2))
    expect(sizes).toEqual([200, 200, 100])
  })

  it('tells whether others have read on since its last batch', async () => {
    const told: [kinds: string[], continued: boolean][] = []
    const reader = start('one', async (_tx, changes, continued) => {
      told.push([changes.map(({ kind }) => kind), continued])
    })
    const next = async (kind: string) => {
      const count = told.length
      await record(kind)
      reader.wake()
      await vi.waitFor(() => expect(told).toHaveLength(count + 1), patiently)
      // The place is moved in the same transaction, and remembered after it.
      await vi.waitFor(async () => expect(await unread()).toBe(0), patiently)
    }
    const unread = async () =>
      (
        await fresh.db.query<{ n: number }>(
          `select count(*)::int as n from changes c, cursors r where (c.xact, c.id) > (r.xact, r.change_id)`,
        )
      )[0]!.n
    await next('a')
    await next('b')
    await fresh.db.transaction(async (tx) => {
      await record('read by another process', tx)
      await tx.query('update cursors set (xact, change_id) = (select xact, id from changes order by id desc limit 1)')
    })
    await next('c')
    await next('d')
    expect(told).toEqual([
      [['a'], false],
      [['b'], true],
      [['c'], false],
      [['d'], true],
    ])
  })

  it('works in one process at a time', async () => {
    const kinds: string[] = []
    const collect = async (_tx: Tx, changes: RecordedChange[]) =>
      void kinds.push(...changes.map((change) => change.kind))
    start('one', collect)
    start('two', collect)
    const expected = Array.from({ length: 40 }, (_, index) => `change ${index}`)
    for (const kind of expected) {
      await record(kind)
      for (const reader of readers) reader.wake()
    }
    await vi.waitFor(() => expect(kinds).toHaveLength(expected.length), patiently)
    expect(kinds).toEqual(expected)
  })
})
