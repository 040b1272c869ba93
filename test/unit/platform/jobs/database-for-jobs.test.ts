import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EmbeddedDatabase, openEmbedded } from '../../../../src/platform/database/embedded.ts'
import { openPostgres } from '../../../../src/platform/database/postgres.ts'
import { databaseForJobs } from '../../../../src/platform/jobs/database-for-jobs.ts'

describe('the embedded database, as the jobs reach it', () => {
  let db: EmbeddedDatabase
  beforeAll(async () => {
    db = await openEmbedded()
  })
  afterAll(() => db.close())

  it('leaves queries that wait behind a failing block of statements alone', async () => {
    const { db: own } = databaseForJobs(db)
    const block = own!.executeSql('BEGIN;\n select 1;\n select 1/0;\n COMMIT;')
    const ours = db.transaction((tx) => tx.query('select 7 as number'))
    await expect(block).rejects.toThrow('division by zero')
    expect(await ours).toEqual([{ number: 7 }])
  })

  it('gives the rows of a block and keeps what it wrote', async () => {
    const { db: own } = databaseForJobs(db)
    const { rows } = await own!.executeSql(
      'BEGIN; create table kept (id int); insert into kept values (3) returning id; COMMIT;',
    )
    expect(rows).toEqual([{ id: 3 }])
    expect(await db.query('select id from kept')).toEqual([{ id: 3 }])
  })
})

describe('a server, as the jobs reach it', () => {
  it.each([
    ['postgres://a:b@db:5432/parley', 'postgres://a:b@db:5432/parley'],
    [
      'postgres://a:b@db:5432/parley?sslmode=require',
      'postgres://a:b@db:5432/parley?sslmode=require&uselibpqcompat=true',
    ],
  ])('%s means what it means to PostgreSQL', async (url, expected) => {
    const db = openPostgres(url)
    expect(databaseForJobs(db)).toMatchObject({ connectionString: expected })
    await db.close()
  })
})
