import ts from 'typescript5'
import { describe, expect, it } from 'vitest'
import { nodesOf, placeOf, type Source, sourceOf, sourcesOf } from './sources.ts'

describe('the environment', () => {
  it('is read by the settings and main.ts only', () => {
    expect(environmentReads(sourcesOf('src', 'adapters'))).toEqual([])
  })

  it('the rule sees a read', () => {
    const text = `const a = process.env.HOME; const { env } = process; import { env as e } from 'node:process'`
    expect(environmentReads([sourceOf('src/crm/x.ts', text)])).toEqual([
      'src/crm/x.ts:1',
      'src/crm/x.ts:1',
      'src/crm/x.ts:1',
    ])
    expect(environmentReads([sourceOf('src/main.ts', text)])).toEqual([])
  })
})

describe('the time', () => {
  it('comes from the clock only', () => {
    expect(clockReads(sourcesOf('src', 'adapters'))).toEqual([])
  })

  it('the rule sees who asks the machine', () => {
    const text = `
      const a = Date.now()
      const b = new Date()
      const c = Date()
      const d = DateTime.now()
      const e = DateTime.utc()
      const fine = [new Date(at), clock.now(), DateTime.utc(2026, 1, 2)]
    `
    expect(clockReads([sourceOf('src/crm/x.ts', text)])).toEqual([2, 3, 4, 5, 6].map((line) => `src/crm/x.ts:${line}`))
    expect(clockReads([sourceOf('src/platform/clock.ts', text)])).toEqual([])
  })
})

function environmentReads(sources: Source[]): string[] {
  return sources
    .filter(({ path }) => path !== 'src/main.ts' && path !== 'src/platform/config.ts')
    .flatMap((source) => places(source, readsEnvironment))
}

function readsEnvironment(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return node.name.text === 'env' && node.expression.getText() === 'process'
  if (ts.isVariableDeclaration(node))
    return node.initializer?.getText() === 'process' && /\benv\b/.test(node.name.getText())
  if (ts.isImportDeclaration(node)) return /['"](node:)?process['"]/.test(node.moduleSpecifier.getText())
  return ts.isElementAccessExpression(node) && node.expression.getText() === 'process'
}

function clockReads(sources: Source[]): string[] {
  return sources.filter(({ path }) => path !== 'src/platform/clock.ts').flatMap((source) => places(source, readsClock))
}

function readsClock(node: ts.Node): boolean {
  if (ts.isNewExpression(node)) return node.expression.getText() === 'Date' && (node.arguments?.length ?? 0) === 0
  if (!ts.isCallExpression(node)) return false
  const called = node.expression.getText()
  if (called === 'DateTime.utc' || called === 'DateTime.local') return node.arguments.length === 0
  return ['Date', 'Date.now', 'DateTime.now'].includes(called)
}

function places(source: Source, is: (node: ts.Node) => boolean): string[] {
  return [...nodesOf(source.tree)].filter(is).map((node) => placeOf(source, node))
}
