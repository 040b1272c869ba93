import { describe, expect, it } from 'vitest'
import { channelCatalogue, crmCatalogue } from '../../adapters/index.ts'
import { filesOf, type Source, sourceOf, sourcesOf } from './sources.ts'

/** The adapters whose other side is ours: there are no payloads of a vendor to record. */
const withoutVendor = ['webchat']
/** Packages that only one folder may use. */
const ownPackages = [
  { packages: /^@mtcute\//, folder: 'adapters/telegram/account/' },
  { packages: /^(whatsapp-web\.js|puppeteer)/, folder: 'adapters/whatsapp/web/wwebjs/' },
]
/** What every adapter of a port must pass, below test/. */
const contracts = { channel: 'contracts/channel.ts', crm: 'contracts/crm/crm.ts' }

describe('an adapter', () => {
  it('has a row in the catalogue, a contract test, and recorded payloads if there is a vendor', () => {
    const paths = [...filesOf('adapters'), ...filesOf('test')]
    expect(unfinishedAdapters(paths, [...channelCatalogue.keys(), ...crmCatalogue.keys()])).toEqual([])
  })

  it('runs the contract of its port', () => {
    const kinds = { channel: [...channelCatalogue.keys()], crm: [...crmCatalogue.keys()] }
    expect(contractsNotRun(sourcesOf('test/unit/adapters'), kinds)).toEqual([])
  })

  it('the rule sees a contract that is not run', () => {
    const sources = [
      sourceOf(
        'test/unit/adapters/smoke/contract.test.ts',
        `import { channelContract } from '../../contracts/channel.ts'`,
      ),
      sourceOf('test/unit/adapters/pigeon/white/contract.test.ts', `import { it } from 'vitest'`),
      sourceOf(
        'test/unit/adapters/ink/contract.test.ts',
        `import { channelContract } from '../../contracts/channel.ts'`,
      ),
      sourceOf('test/unit/adapters/quill/contract.test.ts', `import { crmContract } from '../../contracts/crm/crm.ts'`),
    ]
    expect(contractsNotRun(sources, { channel: ['smoke', 'pigeon-white'], crm: ['ink', 'quill'] })).toEqual([
      'test/unit/adapters/pigeon/white/contract.test.ts does not run test/contracts/channel.ts',
      'test/unit/adapters/ink/contract.test.ts does not run test/contracts/crm/crm.ts',
    ])
  })

  it('the rule sees what is missing', () => {
    const paths = ['adapters/smoke/smoke.ts', 'adapters/kit/x.ts', 'adapters/webchat/webchat.ts', 'adapters/index.ts']
    expect(unfinishedAdapters(paths, ['webchat', 'pigeon'])).toEqual([
      'smoke: no row in the catalogue',
      'smoke: no test/unit/adapters/smoke/contract.test.ts',
      'smoke: nothing in test/fixtures/smoke',
      'webchat: no test/unit/adapters/webchat/contract.test.ts',
      'pigeon: a row in the catalogue without adapters/pigeon',
    ])
  })

  it('of a kind of two words may stand in a folder of its vendor', () => {
    const paths = [
      'adapters/smoke/adapter.ts',
      'adapters/smoke/outbound/send.ts',
      'adapters/smoke/by-day/adapter.ts',
      'adapters/pigeon/white/pigeon.ts',
      'test/unit/adapters/smoke/contract.test.ts',
      'test/unit/adapters/smoke/by-day/contract.test.ts',
      'test/unit/adapters/pigeon/white/contract.test.ts',
      'test/fixtures/smoke/puff.json',
      'test/fixtures/smoke/by-day/puff.json',
      'test/fixtures/pigeon/white/coo.json',
    ]
    expect(unfinishedAdapters(paths, ['smoke', 'smoke-by-day', 'pigeon-white'])).toEqual([])
  })

  it('the rule sees what is missing in such a folder, and asks nothing of the parts of an adapter', () => {
    const paths = [
      'adapters/smoke/adapter.ts',
      'adapters/smoke/by-day/adapter.ts',
      'adapters/smoke/by-night/adapter.ts',
      'adapters/smoke/outbound/send.ts',
      'test/unit/adapters/smoke/contract.test.ts',
      'test/fixtures/smoke/puff.json',
    ]
    expect(unfinishedAdapters(paths, ['smoke', 'smoke-by-day', 'pigeon-white'])).toEqual([
      'smoke/by-day: no test/unit/adapters/smoke/by-day/contract.test.ts',
      'smoke/by-day: nothing in test/fixtures/smoke/by-day',
      'smoke/by-night: no row in the catalogue',
      'smoke/by-night: no test/unit/adapters/smoke/by-night/contract.test.ts',
      'smoke/by-night: nothing in test/fixtures/smoke/by-night',
      'pigeon-white: a row in the catalogue without adapters/pigeon-white',
    ])
  })

  it('uses no package that another one is made for', () => {
    expect(strayPackages(sourcesOf('src', 'adapters'))).toEqual([])
  })

  it('the rule sees such a package', () => {
    const text = "const { TelegramClient } = await import('@mtcute/core/client.js')"
    expect(
      strayPackages(
        ['adapters/telegram/bot-client.ts', 'adapters/telegram/account/x.ts'].map((p) => sourceOf(p, text)),
      ),
    ).toEqual(['adapters/telegram/bot-client.ts imports @mtcute/core/client.js'])
  })
})

function unfinishedAdapters(paths: readonly string[], catalogue: readonly string[]): string[] {
  const kinds = catalogue.map((kind) => ({ kind, folder: folderOf(kind, paths) }))
  const inCatalogue = kinds.flatMap(({ folder }) => folder ?? [])
  const folders = new Set([...adapterFolders(paths, inCatalogue), ...inCatalogue])
  const faults = [...folders].flatMap((folder) => {
    const contract = `test/unit/adapters/${folder}/contract.test.ts`
    const fixtures = `test/fixtures/${folder}`
    // What lies in a folder below belongs to the adapter that stands there.
    const below = [...folders]
      .filter((other) => other.startsWith(`${folder}/`))
      .map((other) => `test/fixtures/${other}/`)
    const recorded = paths.some(
      (path) => path.startsWith(`${fixtures}/`) && !below.some((other) => path.startsWith(other)),
    )
    return [
      ...(inCatalogue.includes(folder) ? [] : [`${folder}: no row in the catalogue`]),
      ...(paths.includes(contract) ? [] : [`${folder}: no ${contract}`]),
      ...(withoutVendor.includes(folder) || recorded ? [] : [`${folder}: nothing in ${fixtures}`]),
    ]
  })
  const empty = kinds.filter(({ folder }) => folder === undefined)
  return [...faults, ...empty.map(({ kind }) => `${kind}: a row in the catalogue without adapters/${kind}`)]
}

function contractsNotRun(sources: readonly Source[], kinds: { channel: string[]; crm: string[] }): string[] {
  return (['channel', 'crm'] as const).flatMap((port) =>
    kinds[port].flatMap((kind) => {
      const paths = [kind, kind.replace('-', '/')].map((folder) => `test/unit/adapters/${folder}/contract.test.ts`)
      const source = sources.find(({ path }) => paths.includes(path))
      const runs = source?.imports.some(({ to }) => to.endsWith(contracts[port]))
      return !source || runs ? [] : [`${source.path} does not run test/${contracts[port]}`]
    }),
  )
}

/** Where the adapter of a kind stands: `telegram` in `telegram`, `telegram-account` in `telegram-account` or `telegram/account`. */
function folderOf(kind: string, paths: readonly string[]): string | undefined {
  return [kind, kind.replace('-', '/')].find((folder) => paths.some((path) => path.startsWith(`adapters/${folder}/`)))
}

/** The folders that hold an adapter: those of the vendors, unless they only hold the folders of their kinds, and those with an `adapter.ts`. */
function adapterFolders(paths: readonly string[], inCatalogue: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const [, folder] = path.match(/^adapters\/(.+)\/adapter\.ts$/) ?? path.match(/^adapters\/([\w-]+)\//) ?? []
    if (folder === undefined || folder === 'kit') return []
    const holdsKinds = !inCatalogue.includes(folder) && inCatalogue.some((other) => other.startsWith(`${folder}/`))
    return holdsKinds ? [] : [folder]
  })
}

function strayPackages(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, imports }) =>
    imports
      .filter(({ to }) => ownPackages.some(({ packages, folder }) => packages.test(to) && !path.startsWith(folder)))
      .map(({ to }) => `${path} imports ${to}`),
  )
}
