import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import ts from 'typescript5'
import { describe, expect, it } from 'vitest'
import { filesOf, nodesOf, placeOf, root, type Source, sourceOf, sourcesOf } from './sources.ts'

const folders = ['src', 'adapters', 'test', 'scripts']
const code = folders.flatMap(filesOf).filter((path) => /\.(ts|tsx|js|css|html)$/.test(path))
const mostLines = 300
/** The one list of everything that may be chosen from. */
const barrels = ['adapters/index.ts']

describe('files', () => {
  it('are named after what they hold, and none is a barrel', () => {
    expect(namesSayingNothing(code)).toEqual([])
  })

  it('the rule sees a name that says nothing', () => {
    expect(
      namesSayingNothing([
        'src/crm/utils.ts',
        'src/common/x.ts',
        'test/helpers.ts',
        'src/crm/index.ts',
        'src/crm/deal.types.ts',
      ]),
    ).toEqual(['src/crm/utils.ts', 'src/common/x.ts', 'test/helpers.ts', 'src/crm/index.ts', 'src/crm/deal.types.ts'])
    expect(namesSayingNothing(['adapters/index.ts', 'src/flows/flow-schema.ts'])).toEqual([])
  })

  it(`of the program have at most ${mostLines} lines`, () => {
    const texts = code
      .filter((path) => !path.startsWith('test/'))
      .map((path) => [path, readFileSync(join(root, path), 'utf8')])
    expect(tooLong(texts as [string, string][])).toEqual([])
  })

  it('the rule sees a long one', () => {
    expect(
      tooLong([
        ['src/a.ts', 'x\n'.repeat(301)],
        ['src/b.ts', 'x\n'.repeat(300)],
      ]),
    ).toEqual(['src/a.ts: 301 lines'])
  })
})

describe('tests', () => {
  it('are neither skipped, nor run alone, nor promised for later', () => {
    expect(leftOut(sourcesOf('test'))).toEqual([])
  })

  it('the rule sees it; only what needs a tool of the system may look for it first', () => {
    const text = `
      it.only('a', f)
      describe.skip('b', f)
      it.todo('c')
      test.concurrent.skip('d', f)
      xit('e', f)
      it('f', { skip: true }, f)
      describe.skipIf(!browser)('g', f)
    `
    expect(leftOut([sourceOf('test/a.test.ts', text)])).toEqual(
      [2, 3, 4, 5, 6, 7].map((line) => `test/a.test.ts:${line}`),
    )
  })
})

function namesSayingNothing(paths: readonly string[]): string[] {
  const empty = /(^|[/.-])(utils?|helpers?|common|types?|misc|shared)(\.[\w.]+)?$/
  return paths.filter((path) => {
    const parts = path.split('/')
    const bad = parts.some((part) => empty.test(part))
    return bad || (basename(path) === 'index.ts' && !barrels.includes(path))
  })
}

function tooLong(texts: readonly [path: string, text: string][]): string[] {
  return texts
    .map(([path, text]) => ({ path, lines: text.replace(/\n$/, '').split('\n').length }))
    .filter(({ lines }) => lines > mostLines)
    .map(({ path, lines }) => `${path}: ${lines} lines`)
}

function leftOut(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => [...nodesOf(source.tree)].filter(isLeftOut).map((node) => placeOf(source, node)))
}

function isLeftOut(node: ts.Node): boolean {
  if (!ts.isCallExpression(node)) return false
  const called = node.expression.getText()
  if (/^x(it|test|describe)$/.test(called)) return true
  if (!/^(it|test|describe|suite|bench)\b/.test(called)) return false
  const [, options] = node.arguments
  const told =
    options && ts.isObjectLiteralExpression(options) ? options.properties.map((each) => each.name?.getText()) : []
  return /\.(only|skip|todo|fails)\b/.test(called) || told.some((name) => /^(only|skip|todo|fails)$/.test(name ?? ''))
}
