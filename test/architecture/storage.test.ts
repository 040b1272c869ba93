import ts from 'typescript5'
import { describe, expect, it } from 'vitest'
import { nodesOf, placeOf, type Source, sourceOf, sourcesOf, wordOf } from './sources.ts'

const packages = /^(drizzle-orm|postgres|pg|pg-boss|@electric-sql\/pglite)(\/|$)/
const statement =
  /^\s*(select\s.+\sfrom\s|insert\s+into\s|update\s.+\sset\s|delete\s+from\s|with\s.+\sas\s*(materialized\s*)?\(|truncate\s|create\s+(table|index|unique)|alter\s+table|savepoint\s|(release|rollback to)\s+savepoint\s|lock\s+table)/is

describe('SQL', () => {
  it('is written in stores, tables and the platform only', () => {
    expect(sqlElsewhere(sourcesOf('src', 'adapters'))).toEqual([])
  })

  it.each([
    [`import { eq } from 'drizzle-orm'`, ' imports drizzle-orm'],
    [`import type { Sql } from 'postgres'`, ' imports postgres'],
    [`import { deals } from './crm.table.ts'`, ' imports src/crm/crm.table.ts'],
    ['await tx.query(`select id from deals where id = $1`)', ':1 says "select id from deals where id = $1"'],
    [`const text = 'UPDATE deals SET name = 1'`, ':1 says "UPDATE deals SET name = 1"'],
    [`await tx.query('savepoint step')`, ':1 says "savepoint step"'],
    [`const a = \`insert into \${table} values\``, ':1 says "insert into "'],
  ])('the rule sees %s', (text, fault) => {
    expect(sqlElsewhere([sourceOf('src/crm/create-deal.ts', text)])).toEqual([`src/crm/create-deal.ts${fault}`])
    expect(sqlElsewhere([sourceOf('src/crm/deals.store.ts', text)])).toEqual([])
  })

  it('the rule leaves sentences and types of rows alone', () => {
    const text = `
      import type { Deal } from './crm.table.ts'
      const help = 'Select a stage of the pipeline, or update the settings.'
    `
    expect(sqlElsewhere([sourceOf('src/crm/create-deal.ts', text)])).toEqual([])
  })
})

function sqlElsewhere(sources: Source[]): string[] {
  return sources
    .filter(({ path }) => !mayHoldSql(path))
    .flatMap((source) => [...importsIn(source), ...statementsIn(source)])
}

function mayHoldSql(path: string): boolean {
  return path.startsWith('src/platform/') || path.endsWith('.store.ts') || path.endsWith('.table.ts')
}

function importsIn(source: Source): string[] {
  const bad = source.imports.filter(
    ({ to, typeOnly }) => packages.test(to) || (to.startsWith('src/') && to.endsWith('.table.ts') && !typeOnly),
  )
  return bad.map(({ to }) => `${source.path} imports ${to}`)
}

function statementsIn(source: Source): string[] {
  const found: string[] = []
  for (const node of nodesOf(source.tree)) {
    const word = ts.isIdentifier(node) ? undefined : wordOf(node)
    if (word && statement.test(word)) found.push(`${placeOf(source, node)} says "${word.trimStart().slice(0, 60)}"`)
  }
  return found
}
