import { describe, expect, it } from 'vitest'
import { channelCatalogue } from '../../adapters/index.ts'
import { filesOf } from './sources.ts'

/** The adapters whose other side is ours: there are no payloads of a vendor to record. */
const withoutVendor = ['webchat']

describe('an adapter', () => {
  it('has a row in the catalogue, a contract test, and recorded payloads if there is a vendor', () => {
    const paths = [...filesOf('adapters'), ...filesOf('test')]
    expect(unfinishedAdapters(paths, [...channelCatalogue.keys()])).toEqual([])
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
})

function unfinishedAdapters(paths: readonly string[], catalogue: readonly string[]): string[] {
  const folders = new Set(paths.flatMap((path) => path.match(/^adapters\/([\w-]+)\//)?.[1] ?? []))
  folders.delete('kit')
  const faults = [...folders].flatMap((name) => {
    const contract = `test/unit/adapters/${name}/contract.test.ts`
    const fixtures = `test/fixtures/${name}`
    return [
      ...(catalogue.includes(name) ? [] : [`${name}: no row in the catalogue`]),
      ...(paths.includes(contract) ? [] : [`${name}: no ${contract}`]),
      ...(withoutVendor.includes(name) || paths.some((path) => path.startsWith(`${fixtures}/`))
        ? []
        : [`${name}: nothing in ${fixtures}`]),
    ]
  })
  const empty = catalogue.filter((kind) => !folders.has(kind))
  return [...faults, ...empty.map((kind) => `${kind}: a row in the catalogue without adapters/${kind}`)]
}
