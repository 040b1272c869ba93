import { describe, expect, it } from 'vitest'
import { type Source, sourceOf, sourcesOf } from './sources.ts'

describe('imports', () => {
  it('go in no circle, not even those of types alone', () => {
    expect(circlesOf(sourcesOf('src', 'adapters'))).toEqual([])
  })

  it('the rule sees a circle, through however many files', () => {
    const three = [
      sourceOf('src/crm/a.ts', `import './b.ts'`),
      sourceOf('src/crm/b.ts', `import type { C } from './c.ts'`),
      sourceOf('src/crm/c.ts', `export * from './a.ts'`),
    ]
    expect(circlesOf(three)).toEqual(['src/crm/a.ts -> src/crm/b.ts -> src/crm/c.ts -> src/crm/a.ts'])
    expect(circlesOf(three.slice(0, 2))).toEqual([])
  })
})

/** One circle of every knot of files that reach each other. */
function circlesOf(sources: Source[]): string[] {
  const byPath = new Map(sources.map((source) => [source.path, source]))
  const done = new Set<string>()
  const circles: string[] = []
  const walk = (path: string, way: string[]) => {
    if (way.includes(path)) {
      circles.push([...way.slice(way.indexOf(path)), path].join(' -> '))
      return
    }
    if (done.has(path)) return
    for (const { to } of byPath.get(path)?.imports ?? []) if (byPath.has(to)) walk(to, [...way, path])
    done.add(path)
  }
  for (const { path } of sources) walk(path, [])
  return circles
}
