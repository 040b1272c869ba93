import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { CrmField } from '../../../src/sync/crm.ts'
import { type CrmBench, failure, never, unique } from './bench.ts'

/** Connecting an account, what it has to choose from, and letting go of it. */
export function connecting(bench: CrmBench): void {
  const { contact, testUnless } = bench

  describe('connecting', () => {
    test('tells what the account is called, and may be repeated', async () => {
      const { account } = await bench.harness.adapter.connect(never)
      expect(account).not.toBe('')
      expect(await bench.harness.adapter.connect(never)).toEqual({ account })
      if (bench.harness.hooks)
        expect(bench.harness.hooks()).toHaveLength(bench.harness.adapter.abilities().hooks ? 1 : 0)
      expect(bench.harness.refused()).toEqual([])
    })

    test('tells what it can do as this contract was told', () => {
      const abilities = bench.harness.adapter.abilities()
      expect(abilities.batch).toBeGreaterThan(0)
      for (const part of ['notes', 'tasks', 'tags', 'hooks', 'dealsWithContacts'] as const) {
        expect(abilities[part], part).toBe(bench.cannot[part] === undefined)
      }
      expect(bench.harness.adapter.findContact !== undefined).toBe(bench.cannot.search === undefined)
    })

    test('takes back the hook when it is disconnected, and may be connected again', async () => {
      await bench.harness.adapter.disconnect(never)
      expect(bench.harness.hooks?.() ?? []).toEqual([])
      await bench.harness.adapter.connect(never)
      expect(bench.harness.refused()).toEqual([])
    })

    testUnless('unauthenticated', 'tells that the account has to be connected again', async () => {
      bench.harness.fail('unauthenticated')
      expect(await failure(bench.harness.adapter.connect(never))).toMatchObject({
        code: 'unauthenticated',
        retryable: false,
      })
    })
  })

  test('lists what the account has to choose from', async () => {
    const { pipelines, users, fields } = await bench.harness.adapter.lists(never)
    expect(pipelines.length).toBeGreaterThanOrEqual(2)
    expect(unique(pipelines.map(({ id }) => id))).toBe(true)
    for (const { name, stages } of pipelines) {
      expect(name).not.toBe('')
      expect(unique(stages.map(({ id }) => id))).toBe(true)
      expect(new Set(stages.map(({ type }) => type))).toEqual(new Set(['open', 'won', 'lost']))
    }
    expect(users.length).toBeGreaterThanOrEqual(2)
    expect(unique(users.map(({ id }) => id))).toBe(true)
    for (const entity of ['contact', 'deal'] as const) {
      expect(unique(fields[entity].map(({ key }) => key))).toBe(true)
      for (const field of fields[entity]) expect(fieldFault(field), field.key).toBeUndefined()
    }
    expect(fields.deal.map(({ key }) => key)).toEqual(expect.arrayContaining(['name', 'budget']))
    expect(fields.contact.map(({ key }) => key)).toEqual(expect.arrayContaining(['name', 'phone', 'email']))
    expect(bench.harness.refused()).toEqual([])
  })

  test('lets go of everything when it is closed', async () => {
    const timers = activeTimers()
    await contact()
    await bench.close()
    if (bench.cannot.connections === undefined) await expect.poll(() => bench.harness.connections()).toBe(0)
    // A pool of connections looks at its own timer twice a second before it lets it go. Not by `poll`, which has a timer itself.
    for (let looks = 0; looks < 60 && activeTimers() > timers; looks++) await sleep(50)
    expect(activeTimers()).toBeLessThanOrEqual(timers)
  })
}

function fieldFault({ title, type, choices, variants, multiple }: CrmField): string | undefined {
  if (title === '') return 'has no title'
  const chosen = type === 'choice' || type === 'choices'
  if (chosen && (!choices || choices.length === 0 || !unique(choices))) return 'has no choices, or one twice'
  if (!chosen && choices) return 'has choices though nothing is chosen'
  if (variants && !unique(variants)) return 'has a kind twice'
  return multiple && type !== 'phone' && type !== 'email' ? 'has several values, though no phone or e-mail' : undefined
}

function activeTimers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
}
