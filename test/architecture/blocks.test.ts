import ts from 'typescript5'
import { describe, expect, it } from 'vitest'
import { blocks } from '../../src/compose/block-registry.ts'
import { filesOf, nodesOf, type Source, sourceOf, sourcesOf } from './sources.ts'

describe('a block', () => {
  const sources = sourcesOf('src').filter(({ path }) => /^src\/\w+\/blocks\//.test(path))

  it('is registered, and has a test of its own and an example', () => {
    expect(unfinishedBlocks(sources, filesOf('test'), [...blocks.keys()])).toEqual([])
    expect([...blocks.values()].filter((block) => block.example === undefined)).toEqual([])
  })

  it('the rule sees what is missing', () => {
    const made = [
      sourceOf('src/flows/blocks/dance.ts', `export const dance = defineBlock({ type: 'dance', options, outputs })`),
      sourceOf('src/flows/blocks/steps.ts', 'export const steps = 3'),
    ]
    expect(unfinishedBlocks(made, [], ['sing'])).toEqual([
      'src/flows/blocks/dance.ts: no example',
      'src/flows/blocks/dance.ts: no test/unit/flows/blocks/dance.test.ts',
      'src/flows/blocks/dance.ts: the type dance is not registered',
    ])
  })
})

function unfinishedBlocks(
  sources: readonly Source[],
  tests: readonly string[],
  registered: readonly string[],
): string[] {
  return sources.flatMap((source) => {
    const options = definitionIn(source)
    if (!options) return []
    const type = textOf(options, 'type')
    const test = source.path.replace(/^src\//, 'test/unit/').replace(/\.ts$/, '.test.ts')
    return [
      ...(propertyOf(options, 'example') ? [] : ['no example']),
      ...(tests.includes(test) ? [] : [`no ${test}`]),
      ...(type && registered.includes(type) ? [] : [`the type ${type} is not registered`]),
    ].map((fault) => `${source.path}: ${fault}`)
  })
}

function definitionIn(source: Source): ts.ObjectLiteralExpression | undefined {
  for (const node of nodesOf(source.tree)) {
    const [first] = ts.isCallExpression(node) && node.expression.getText() === 'defineBlock' ? node.arguments : []
    if (first && ts.isObjectLiteralExpression(first)) return first
  }
  return undefined
}

function propertyOf(options: ts.ObjectLiteralExpression, name: string) {
  return options.properties.find((property) => property.name?.getText() === name)
}

function textOf(options: ts.ObjectLiteralExpression, name: string): string | undefined {
  const property = propertyOf(options, name)
  return property && ts.isPropertyAssignment(property) && ts.isStringLiteralLike(property.initializer)
    ? property.initializer.text
    : undefined
}
