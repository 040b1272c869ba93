import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesOf, root, type Source, sourceOf, sourcesOf } from './sources.ts'

const dependencies = ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides'] as const
const pictures = /\.(png|jpe?g|gif|webp|ico|woff2?)$/
const places = [
  { what: 'a registry of packages', pattern: /(registry|mirror|proxy)[\w.-]*\.(npmjs|yarnpkg|npmmirror)\.\w+/i },
  { what: 'a registry of packages', pattern: /https?:\/\/[\w.-]*(registry|artifactory|nexus|verdaccio)[\w.-]*[/:]/i },
  { what: 'a registry of packages', pattern: /"resolved": "https?:/ },
  { what: 'a folder of one machine', pattern: /(?<![\w.:/-])\/(home|Users|root|work|workspace)\/[\w.-]+/ },
  { what: 'a folder of one machine', pattern: /\b[A-Z]:\\Users\\/ },
]

describe('the packages', () => {
  it('have exact versions', () => {
    expect(looseVersions(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))).toEqual([])
  })

  it('the rule sees a range', () => {
    expect(
      looseVersions({
        dependencies: { a: '^1.2.3', b: '1.2.3', c: 'latest', d: 'npm:e@5.9.3', f: 'npm:e@5' },
        devDependencies: { g: 'git+https://example.com/g', h: '1.0.0-rc.1' },
      }),
    ).toEqual(['a ^1.2.3', 'c latest', 'f npm:e@5', 'g git+https://example.com/g'])
  })
})

describe('what runs', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

  it('needs no package that only developers install', () => {
    expect(undeclared(sourcesOf('src', 'adapters'), manifest)).toEqual([])
  })

  it('the rule sees one', () => {
    const text = `import { it } from 'vitest'; import type { X } from '@types/x'; import '@a/b/c'; import 'node:fs'`
    const made = [sourceOf('src/crm/x.ts', text)]
    expect(undeclared(made, { dependencies: { '@a/b': '1.0.0' } })).toEqual(['src/crm/x.ts imports vitest'])
  })
})

describe('the files of the project', () => {
  it('name no registry and no folder of one machine', () => {
    const texts = filesOf()
      .filter((path) => !pictures.test(path) && path !== 'test/architecture/committed.test.ts')
      .map((path): [string, string] => [path, readFileSync(join(root, path), 'utf8')])
    expect(foreignPlaces(texts)).toEqual([])
  })

  it('the rule sees them', () => {
    expect(
      foreignPlaces([
        ['package-lock.json', '{\n"resolved": "https://packages.example.com/x.tgz"'],
        ['docs/a.md', 'run /home/anna/parley/bin'],
        ['.npmrc', 'registry=https://registry.npmjs.org/'],
        ['src/a.ts', 'const path = "/api/v1/work/list"; const url = "https://example.com/home/page"'],
      ]),
    ).toEqual([
      'package-lock.json:2 names a registry of packages',
      'docs/a.md:1 names a folder of one machine',
      '.npmrc:1 names a registry of packages',
    ])
  })
})

function looseVersions(manifest: Record<string, unknown>): string[] {
  return dependencies.flatMap((kind) =>
    Object.entries((manifest[kind] ?? {}) as Record<string, string>)
      .filter(([, version]) => !/^(npm:(@[\w.-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
      .map(([name, version]) => `${name} ${version}`),
  )
}

function undeclared(sources: readonly Source[], manifest: { dependencies: Record<string, string> }): string[] {
  return sources.flatMap(({ path, imports }) =>
    imports
      .filter(({ to, typeOnly }) => !typeOnly && isPackage(to) && manifest.dependencies[nameOf(to)] === undefined)
      .map(({ to }) => `${path} imports ${to}`),
  )
}

function isPackage(to: string): boolean {
  return !/^(node:|src\/|adapters\/|test\/|scripts\/)/.test(to) && !to.endsWith('.json')
}

/** `@scope/name` of `@scope/name/file`. */
function nameOf(to: string): string {
  return to
    .split('/')
    .slice(0, to.startsWith('@') ? 2 : 1)
    .join('/')
}

function foreignPlaces(texts: readonly [path: string, text: string][]): string[] {
  return texts.flatMap(([path, text]) =>
    text.split('\n').flatMap((line, index) => {
      const found = places.find(({ pattern }) => pattern.test(line))
      return found ? [`${path}:${index + 1} names ${found.what}`] : []
    }),
  )
}
