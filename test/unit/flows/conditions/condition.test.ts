import { DateTime } from 'luxon'
import { describe, expect, it } from 'vitest'
import { evaluate, groupSchema } from '../../../../src/flows/conditions/condition.ts'
import type { Scope } from '../../../../src/flows/scope.ts'
import { faultsOf } from '../../../../src/platform/faults.ts'

const now = DateTime.fromISO('2026-11-02T12:05:00', { zone: 'Europe/Moscow' })
const scope: Scope = {
  contact: { city: 'Moscow', labels: ['vip'] },
  deal: { stage: 'New' },
  run: { car: { offers: [{ price: 10 }] } },
  project: { season: 'winter' },
  message: { text: 'Hello' },
  conversation: { mode: 'bot' },
  sender: {},
  trigger: {},
  now: now.toISO()!,
}
const facts = { scope, now, workingHours: { '1': [['09:00', '18:00'] as [string, string]] } }

function holds(group: unknown): boolean {
  return evaluate(groupSchema.parse(group), facts)
}

const yes = { field: 'contact.city', operator: 'is_set' }
const no = { field: 'contact.city', operator: 'is_empty' }

describe('evaluate', () => {
  it('joins rules by "and" and by "or", in groups of groups', () => {
    expect(holds({ rules: [yes, yes] })).toBe(true)
    expect(holds({ rules: [yes, no] })).toBe(false)
    expect(holds({ match: 'any', rules: [no, yes] })).toBe(true)
    expect(holds({ match: 'any', rules: [no, no] })).toBe(false)
    expect(
      holds({ match: 'all', rules: [yes, { match: 'any', rules: [no, { match: 'all', rules: [yes, yes] }] }] }),
    ).toBe(true)
    expect(holds({ match: 'any', rules: [no, { match: 'all', rules: [yes, no] }] })).toBe(false)
  })

  it.each([
    ['contact.labels', 'contains', 'vip'],
    ['deal.stage', 'equals', 'new'],
    ['run.car.offers.0.price', 'equals', 10],
    ['project.season', 'equals', 'winter'],
    ['message.text', 'starts_with', 'hel'],
    ['conversation.mode', 'equals', 'bot'],
    ['now', 'after', '01.11.2026'],
    ['now.date', 'equals', '2026-11-02'],
    ['now.time', 'equals', '12:05'],
    ['now.weekday', 'equals', 1],
    ['now.open', 'equals', true],
  ])('reads the field %s', (field, operator, value) => {
    expect(holds({ rules: [{ field, operator, value }] })).toBe(true)
  })

  it.each(['run.missing', 'run.car.missing.deeper', 'run.constructor', 'contact.city.length', 'sender.name'])(
    'finds nothing at %s',
    (field) => {
      expect(holds({ rules: [{ field, operator: 'is_empty' }] })).toBe(true)
    },
  )
})

describe('groupSchema', () => {
  it.each([
    [{ field: 'run.a', operator: 'between', value: [1] }, 'rules[0].value', 'two values'],
    [{ field: 'run.a', operator: 'in_list', value: 1 }, 'rules[0].value', 'a list'],
    [{ field: 'run.a', operator: 'within_last', value: 'long' }, 'rules[0].value', 'a duration'],
    [{ field: 'run.a', operator: 'is_set', value: 1 }, 'rules[0].value', 'no value'],
    [{ field: 'run.a', operator: 'greater' }, 'rules[0].value', 'one value'],
    [{ field: 'run.a', operator: 'equals' }, 'rules[0].value', 'is_empty'],
    [{ field: 'now.minute', operator: 'equals', value: 1 }, 'rules[0].field', 'now.time'],
    [{ match: 'any', rules: [] }, 'rules[0].rules', ''],
  ])('refuses the rule %j', (rule, path, message) => {
    const parsed = groupSchema.safeParse({ rules: [rule] })
    const faults = parsed.error ? faultsOf(parsed.error) : []
    expect(faults.map((fault) => fault.path)).toEqual([path])
    expect(faults[0]?.message).toContain(message)
  })
})
