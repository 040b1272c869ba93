import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { channelCatalogue, crmCatalogue } from '../../adapters/index.ts'
import { blocks } from '../../src/compose/block-registry.ts'
import { applyDeclaration } from '../../src/gateway/declarations/apply-declaration.ts'
import { declarationSchema } from '../../src/gateway/declarations/declaration.ts'
import { settings } from '../../src/platform/config.ts'
import { parseInput } from '../../src/platform/faults.ts'
import { createVault } from '../../src/platform/secrets.ts'
import type { WorkContext } from '../../src/team/context.ts'
import { type FreshDatabase, freshDatabase } from '../database.ts'
import { closedChannels, makeProject } from '../project.ts'
import { filesOf, root } from './sources.ts'

const pages = ['README.md', ...filesOf('docs').filter((path) => path.endsWith('.md'))].map((path) => ({
  path,
  text: readFileSync(join(root, path), 'utf8'),
}))
let fresh: FreshDatabase
let work: WorkContext
/** What the program reads besides its settings: the command line's own. */
const further = ['PARLEY_URL']

describe('the documents', () => {
  beforeAll(async () => {
    fresh = await freshDatabase()
    work = await makeProject(fresh.db, new Date('2026-11-02T09:00:00Z'))
  })
  afterAll(() => fresh.drop())

  it('link to what there is', () => {
    expect(brokenLinks(pages)).toEqual([])
    expect(
      brokenLinks([{ path: 'docs/x.md', text: '[a](nowhere.md) [b](../README.md#try-it) [c](../README.md#lost)' }]),
    ).toEqual(['docs/x.md: nowhere.md', 'docs/x.md: ../README.md#lost'])
  })

  it('name calls of the API that there are', () => {
    const { paths } = JSON.parse(readFileSync(join(root, 'docs/openapi.json'), 'utf8'))
    expect(unknownCalls(pages, paths)).toEqual([])
    expect(
      unknownCalls([{ path: 'docs/x.md', text: '`PUT /api/v1/project` and `GET /api/v1/lists?x=1`' }], paths),
    ).toEqual(['docs/x.md: PUT /api/v1/project', 'docs/x.md: GET /api/v1/lists'])
  })

  it('name settings that there are', () => {
    expect(unknownSettings(pages)).toEqual([])
    expect(unknownSettings([{ path: 'docs/x.md', text: '`PARLEY_SPEED` and `PARLEY_ROLE=worker`' }])).toEqual([
      'docs/x.md: PARLEY_SPEED',
    ])
  })

  it('show declarations that can be applied, with flows that can be published', async () => {
    const examples = pages.filter(({ path }) => path !== 'docs/blocks.md').flatMap(examplesOf)
    expect(examples.length).toBeGreaterThan(4)
    for (const example of examples) expect(await faultsOf(example)).toEqual([])
    expect(await faultsOf({ path: 'docs/x.md', yaml: 'channels: [{ name: a }]' })).not.toEqual([])
    const dance = 'flows: [{ name: a, publish: true, blocks: [{ id: a, number: 1, type: dance }] }]'
    expect(await faultsOf({ path: 'docs/x.md', yaml: dance })).not.toEqual([])
  })
})

interface Page {
  path: string
  text: string
}

function brokenLinks(given: readonly Page[]): string[] {
  return given.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !/^https?:/.test(link) && !leadsSomewhere(path, link))
      .map((link) => `${path}: ${link}`),
  )
}

function leadsSomewhere(path: string, link: string): boolean {
  const [file = '', anchor] = link.split('#')
  const target = file === '' ? join(root, path) : join(root, dirname(path), file)
  if (!existsSync(target)) return false
  if (anchor === undefined) return true
  const headings = [...readFileSync(target, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    anchorOf(heading),
  )
  return headings.includes(anchor)
}

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-')
}

function unknownCalls(given: readonly Page[], paths: Record<string, Record<string, unknown>>): string[] {
  return given.flatMap(({ path, text }) =>
    [...text.matchAll(/\b(GET|POST|PUT|PATCH|DELETE) (\/api\/v1[\w/{}-]*)/g)]
      .filter(([, method = '', call = '']) => paths[call]?.[method.toLowerCase()] === undefined)
      .map(([whole]) => `${path}: ${whole}`),
  )
}

function unknownSettings(given: readonly Page[]): string[] {
  const known = [...Object.values(settings).map(({ name }) => name), ...further]
  return given.flatMap(({ path, text }) =>
    [...text.matchAll(/`(PARLEY_[A-Z_]+)\b/g)]
      .filter(([, name = '']) => !known.includes(name))
      .map(([, name]) => `${path}: ${name}`),
  )
}

function examplesOf({ path, text }: Page): { path: string; yaml: string }[] {
  return [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, yaml = '']) => ({ path, yaml }))
}

async function faultsOf({ path, yaml }: { path: string; yaml: string }): Promise<string[]> {
  const text = yaml.replaceAll(/\$\{([A-Z_]+)\}/g, (_, name: string) =>
    name.endsWith('_HASH') ? '0123456789abcdef0123456789abcdef' : '123456789:AbCdEf',
  )
  return fresh.db
    .transaction(async (tx) => {
      const declaration = parseInput(declarationSchema, parse(text), path)
      const vault = createVault('a key for the tests only')
      await applyDeclaration(tx, work, declaration, {
        vault,
        blocks,
        catalogue: channelCatalogue,
        crmCatalogue,
        channels: closedChannels,
      })
      throw new Applied()
    })
    .then(
      () => [],
      (error: Error) => (error instanceof Applied ? [] : [`${path}: ${error.message}`]),
    )
}

/** Takes everything back, so that the next example finds an empty project. */
class Applied extends Error {}
