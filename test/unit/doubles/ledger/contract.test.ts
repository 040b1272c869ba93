import { expect, test } from 'vitest'
import { crmContract } from '../../../contracts/crm/crm.ts'
import type { CrmFault, CrmHarness } from '../../../contracts/crm/harness.ts'
import { crmContext } from '../../../crm-context.ts'
import { ledgerHook } from '../../../doubles/ledger/account.ts'
import { buildLedger, type LedgerFault } from '../../../doubles/ledger/ledger.ts'

const settings = { key: 'inkwell', secret: 'quill', perSecond: 1000 }
const faults: Record<CrmFault, LedgerFault> = {
  rate_limit: { kind: 'rate_limited', retryAfterMs: 3000 },
  drop: { kind: 'before', code: 'unavailable' },
  lost: { kind: 'after' },
  hang: { kind: 'hang' },
  unauthenticated: { kind: 'refused', code: 'unauthenticated' },
}

crmContract({
  name: 'the ledger of the tests',
  make: async (): Promise<CrmHarness> => {
    const context = crmContext(settings)
    const ledger = buildLedger(context)
    const { account } = ledger
    const told = (work: () => void) => {
      account.outbox.length = 0
      work()
      return account.outbox.splice(0)
    }
    return {
      adapter: ledger.definition.create(context),
      clock: context.clock,
      rename: async (entity, id, text) =>
        told(() => account.edit(entity, id, { [entity === 'note' || entity === 'task' ? 'text' : 'name']: text })),
      remove: async (entity, id) => told(() => account.remove(entity, id)),
      async addNote(on, text) {
        const requests = told(() => account.add('note', { text }, { on }))
        return { id: account.all('note').at(-1)!.id, requests }
      },
      forge: () => ledgerHook(new URL('https://parley.example/hooks/crm-hook'), [], 'pencil'),
      fail: (fault) => ledger.faults.push(faults[fault]),
      badDeal: () => ({ stage: 'sales/nowhere' }),
      count: (entity) => account.all(entity).length,
      hooks: () => [...account.hooks],
      refused: () => account.refused,
      connections: async () => ledger.open,
      stop: async () => {},
    }
  },
})

test('the ledger refuses what breaks its rules', async () => {
  const context = crmContext(settings)
  const ledger = buildLedger(context)
  const adapter = ledger.definition.create(context)
  const signal = new AbortController().signal
  const one = { marker: 'm', values: { name: 'Ann' } }
  ledger.account.abilities.batch = 2
  ledger.account.abilities.dealsWithContacts = false
  for (const writes of [
    [one, one, one],
    [one, { ...one, id: 'c1' }],
    [{ ...one, contact: { make: one } }],
    [{ ...one, marker: '' }],
  ]) {
    await expect(adapter.write('deal', writes, signal)).rejects.toMatchObject({ code: 'invalid' })
  }
  expect(ledger.account.refused).toHaveLength(4)
  expect(await adapter.write('deal', [{ ...one, values: { nam: 'Ann' } }], signal)).toMatchObject([{ ok: false }])
  expect(ledger.account.all('deal')).toEqual([])
})

test('the ledger counts what was made twice, and spells in its own way where it is told to', async () => {
  const context = crmContext(settings)
  const { account, definition } = buildLedger(context)
  account.lossy = true
  const values = { name: ' Ann  Example ', phone: ['+79161234567'] }
  const writes = [1, 2].map(() => ({ marker: 'same', values }))
  await definition.create(context).write('contact', writes, new AbortController().signal)
  expect(account.duplicates()).toEqual(['contact same'])
  expect(account.show(account.all('contact')[0]!).values).toMatchObject({
    name: 'Ann Example',
    phone: ['+79 (161) 234-567'],
  })
})

test('the tokens of the ledger expire, and adapters that change them at once lose none', async () => {
  const context = crmContext(settings)
  const ledger = buildLedger(context)
  ledger.callsOfToken = 3
  const adapters = [1, 2, 3, 4].map(() => ledger.definition.create(context))
  const signal = new AbortController().signal
  const writes = Array.from({ length: 40 }, (_, index) =>
    adapters[index % 4]!.write('contact', [{ marker: `m${index}`, values: { name: 'Ann' } }], signal),
  )
  await Promise.all(writes)
  expect(ledger.account.all('contact')).toHaveLength(40)
  expect(ledger.lostTokens).toBe(0)
})

test('a limit lets no second see more requests than it allows, by the clock of the test', async () => {
  const context = crmContext({ ...settings, perSecond: 3 })
  const ledger = buildLedger(context)
  const adapter = ledger.definition.create(context)
  const signal = new AbortController().signal
  await Promise.all(Array.from({ length: 10 }, () => adapter.lists(signal)))
  const times = ledger.calls.map(({ at }) => at.getTime())
  const worst = Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length))
  expect(worst).toBe(3)
})
