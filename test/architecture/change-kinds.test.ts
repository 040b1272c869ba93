import ts from 'typescript5'
import { describe, expect, it } from 'vitest'
import { changeKinds } from '../../src/sync/change-kinds.ts'
import { nodesOf, type Source, sourceOf, sourcesOf } from './sources.ts'

const sources = sourcesOf('src').filter(({ path }) => path !== 'src/sync/change-kinds.ts')

describe('the list of the kinds of change', () => {
  it('has every kind that the program records', () => {
    const recorded = [...new Set(sources.flatMap(recordedKinds))]
    expect(recorded.length).toBeGreaterThan(60)
    expect(recorded.filter((kind) => !(kind in changeKinds))).toEqual([])
    expect(
      recordedKinds(sourceOf('x.ts', `recordWork(tx, context, late ? 'task.late' : 'task.early', {}, {})`)),
    ).toEqual(['task.late', 'task.early'])
  })

  it('has no kind that nothing records', () => {
    const said = new Set(sources.flatMap(({ tree }) => [...nodesOf(tree)].flatMap(literal)))
    // Of runs the kind is put together.
    const ends = ['run.ended', 'run.stopped', 'run.failed']
    expect(Object.keys(changeKinds).filter((kind) => !said.has(kind) && !ends.includes(kind))).toEqual([])
  })
})

const recorders = new Set([
  'recordWork',
  'recordChange',
  'recordRun',
  'recordNotStarted',
  'change',
  'push',
  'insertChanges',
])

/** The kinds that calls which record changes name. */
function recordedKinds({ tree }: Source): string[] {
  return [...nodesOf(tree)].flatMap((node) => {
    if (!ts.isCallExpression(node)) return []
    const { expression } = node
    const name = ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText(tree)
    if (!recorders.has(name)) return []
    return node.arguments.flatMap((argument) =>
      [...nodesOf(argument)].flatMap(literal).filter((text) => /^[a-z_]+\.[a-z_]+$/.test(text)),
    )
  })
}

function literal(node: ts.Node): string[] {
  return ts.isStringLiteralLike(node) ? [node.text] : []
}
