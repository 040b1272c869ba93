import { describe, expect, it } from 'vitest'
import { type Source, sourceOf, sourcesOf } from './sources.ts'

/** Each module may import those before it; modules of one step are sisters and import none of each other. */
const row = [
  ['platform'],
  ['team'],
  ['contacts'],
  ['conversations'],
  ['crm'],
  ['flows'],
  ['agents', 'outreach', 'sync'],
  ['gateway'],
  ['compose'],
]
/** The files that stand above the row. */
const tops = ['src/compose.ts', 'src/main.ts']
/** What an adapter sees of the program, besides the platform: the ports, and the unified model that they speak of. */
const ports = [
  'src/conversations/abilities.ts',
  'src/conversations/channel.ts',
  'src/conversations/channel-tools.ts',
  'src/conversations/operator-desk.ts',
  'src/conversations/event.ts',
  'src/conversations/message.ts',
  'src/conversations/deliver/split-text.ts',
  'src/sync/crm.ts',
]

describe('imports between the modules of src', () => {
  it('go down the row only', () => {
    expect(againstTheRow(sourcesOf('src'))).toEqual([])
  })

  it.each([
    ['src/platform/log.ts', '../team/project.ts', 'src/platform/log.ts imports src/team/project.ts'],
    ['src/crm/deal.ts', '../flows/flow.ts', 'src/crm/deal.ts imports src/flows/flow.ts'],
    ['src/sync/push.ts', '../agents/model.ts', 'src/sync/push.ts imports src/agents/model.ts'],
    ['src/gateway/gateway.ts', '../compose.ts', 'src/gateway/gateway.ts imports src/compose.ts'],
    ['src/contacts/x.ts', '../../test/database.ts', 'src/contacts/x.ts imports test/database.ts'],
    ['src/contacts/x.ts', '../../adapters/index.ts', 'src/contacts/x.ts imports adapters/index.ts'],
    ['src/gateway/x.ts', '../console/app.ts', 'src/gateway/x.ts imports src/console/app.ts'],
    ['src/newroom/x.ts', './y.ts', 'src/newroom/x.ts is in no module of the row'],
    ['src/x.ts', 'zod', 'src/x.ts is in no module of the row'],
  ])('the rule sees %s importing %s', (path, to, fault) => {
    expect(againstTheRow([sourceOf(path, `import type { X } from '${to}'`)])).toEqual([fault])
  })

  it('the rule lets them down the row, into the own module and to packages', () => {
    const text = `import '../crm/deal.ts'; import './block.ts'; import { z } from 'zod'; export * from '../platform/log.ts'`
    expect(againstTheRow([sourceOf('src/flows/x.ts', text)])).toEqual([])
    expect(
      againstTheRow([sourceOf('src/compose.ts', `import '../adapters/index.ts'; import './gateway/x.ts'`)]),
    ).toEqual([])
  })
})

describe('imports of the adapters', () => {
  it('are ports, the platform, the kit and their own folder', () => {
    expect(beyondThePorts(sourcesOf('adapters'))).toEqual([])
  })

  it.each([
    ['adapters/webchat/a.ts', '../telegram/thread.ts', 'adapters/webchat/a.ts imports adapters/telegram/thread.ts'],
    ['adapters/kit/a.ts', '../telegram/thread.ts', 'adapters/kit/a.ts imports adapters/telegram/thread.ts'],
    ['adapters/webchat/a.ts', '../index.ts', 'adapters/webchat/a.ts imports adapters/index.ts'],
    ['adapters/webchat/a.ts', '../../src/crm/deal.ts', 'adapters/webchat/a.ts imports src/crm/deal.ts'],
    [
      'adapters/webchat/a.ts',
      '../../src/conversations/messages.store.ts',
      'adapters/webchat/a.ts imports src/conversations/messages.store.ts',
    ],
    [
      'adapters/webchat/a.ts',
      '../../src/platform/database/database.ts',
      'adapters/webchat/a.ts imports src/platform/database/database.ts',
    ],
  ])('the rule sees %s importing %s', (path, to, fault) => {
    expect(beyondThePorts([sourceOf(path, `const x = await import('${to}')`)])).toEqual([fault])
  })
})

function againstTheRow(sources: Source[]): string[] {
  return sources.flatMap((source) => {
    if (tops.includes(source.path)) return source.imports.filter(({ to }) => to.startsWith('test/')).map(toldOf(source))
    const own = moduleOf(source.path)
    if (own !== 'console' && stepOf(own) < 0) return [`${source.path} is in no module of the row`]
    return source.imports.filter(({ to }) => isLocal(to) && !mayImport(own, to)).map(toldOf(source))
  })
}

function mayImport(own: string | undefined, to: string): boolean {
  const other = to.startsWith('src/') ? moduleOf(to) : undefined
  if (other === own) return other !== undefined
  if (own === 'console') return stepOf(other) >= 0
  return stepOf(other) >= 0 && stepOf(other) < stepOf(own)
}

function beyondThePorts(sources: Source[]): string[] {
  return sources.flatMap((source) =>
    source.imports.filter(({ to }) => isLocal(to) && !adapterMayImport(source.path, to)).map(toldOf(source)),
  )
}

function adapterMayImport(path: string, to: string): boolean {
  if (to.startsWith('src/')) {
    const store = to.startsWith('src/platform/database/') || to.endsWith('.store.ts') || to.endsWith('.table.ts')
    return !store && (to.startsWith('src/platform/') || ports.includes(to))
  }
  if (path === 'adapters/index.ts') return to.startsWith('adapters/')
  const [, own] = path.split('/')
  return to.startsWith(`adapters/${own}/`) || to.startsWith('adapters/kit/')
}

function toldOf(source: Source) {
  return ({ to }: { to: string }) => `${source.path} imports ${to}`
}

function isLocal(to: string): boolean {
  return /^(src|adapters|test|scripts)\//.test(to)
}

function moduleOf(path: string): string | undefined {
  return path.match(/^src\/([\w-]+)\//)?.[1]
}

function stepOf(module: string | undefined): number {
  return row.findIndex((step) => step.includes(module ?? ''))
}
