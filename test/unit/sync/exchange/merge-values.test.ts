import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CrmValue } from '../../../../src/sync/crm.ts'
import {
  changesToPush,
  isNothing,
  noteApplied,
  noteWritten,
  takeTheirs,
  type Values,
} from '../../../../src/sync/exchange/merge-values.ts'
import { isAlike } from '../../../../src/sync/exchange/same-value.ts'
import { nothingShared, type Shadow } from '../../../../src/sync/exchange/shadow.ts'
import type { Direction } from '../../../../src/sync/mapping/mapping.ts'

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 2) + seconds * 1000)

/** Two sides that edit, hear of each other now and then, and spell values each in a way of its own. */
class Sides {
  ours: Values
  theirs: Values
  shadow: Shadow = nothingShared
  oursAt = at(0)
  theirsAt = at(0)
  knownAt: Date | null = null
  writes = 0
  applied = 0
  readonly directions: Map<string, Direction>
  readonly spell: (value: CrmValue) => CrmValue

  constructor(keys: string[], spell: (value: CrmValue) => CrmValue, direction: Direction = 'both') {
    this.directions = new Map(keys.map((key) => [key, direction]))
    this.spell = spell
    this.ours = Object.fromEntries(keys.map((key) => [key, key === 'tags' || key === 'phone' ? [] : null]))
    this.theirs = structuredClone(this.ours)
  }

  pull(): void {
    const { directions, ours, oursAt, theirs, theirsAt, shadow, knownAt } = this
    const taken = takeTheirs({ directions, ours, oursAt, theirs, theirsAt, shadow, knownAt })
    if (Object.keys(taken.apply).length > 0) this.applied++
    this.ours = { ...ours, ...structuredClone(taken.apply) }
    this.shadow = noteApplied(shadow, taken, this.ours)
    this.knownAt = theirsAt
  }

  push(now: Date): void {
    const { directions, ours, shadow } = this
    const outgoing = changesToPush({ directions, ours, shadow })
    if (isNothing(outgoing)) return
    this.writes++
    const tags = (this.theirs.tags as string[] | undefined) ?? []
    for (const [key, value] of Object.entries(outgoing.values)) this.theirs[key] = this.spell(value)
    if ('tags' in this.theirs) {
      const left = tags.filter((tag) => !outgoing.removeTags.some((removed) => isAlike(removed, tag)))
      this.theirs.tags = [...left, ...outgoing.addTags.map((tag) => this.spell(tag) as string)]
    }
    this.shadow = noteWritten({ directions, ours, shadow }, outgoing, false)
    this.theirsAt = now
    this.knownAt = now
  }

  settle(now: Date): void {
    for (let round = 0; round < 4; round++) {
      this.pull()
      this.push(now)
    }
  }
}

const texts = fc.constantFrom(
  'Ann',
  'ANN',
  'Bob  Smith',
  'Ivan the terrible',
  '+79161234567',
  '8 (916) 123-45-67',
  'x',
  '',
)
const numbers = fc.constantFrom(0, 1, 2.5, 1000, 1000.49)
const lists = fc.uniqueArray(fc.constantFrom('+79161234567', '+79990001122', '+4930123456', 'vip', 'new', 'Old one'), {
  maxLength: 4,
})
const spellings = fc.constantFrom<(value: CrmValue) => CrmValue>(
  (value) => value,
  (value) => (typeof value === 'string' ? value.trim().toUpperCase() : value),
  (value) => (Array.isArray(value) ? value.map((one) => ` ${one.toLowerCase()} `) : value),
  (value) => (typeof value === 'string' ? value.slice(0, 5) : value),
  (value) => (typeof value === 'number' ? Math.round(value) : value),
  (value) => (typeof value === 'string' ? value.replace(/^\+7(\d{3})(\d+)$/, '8 ($1) $2') : value),
  // Nothing of it is recognised.
  (value) => (typeof value === 'string' && value !== '' ? `~${value}~` : value),
)
const edits = fc.array(
  fc.record({
    side: fc.constantFrom('ours' as const, 'theirs' as const),
    change: fc.oneof(
      fc.record({ key: fc.constant('name'), value: texts }),
      fc.record({ key: fc.constant('budget'), value: numbers }),
      fc.record({ key: fc.constantFrom('phone', 'tags'), value: lists }),
    ),
    /** What happens then: nothing, one side is read, or both are brought together. */
    next: fc.constantFrom('nothing' as const, 'pull' as const, 'push' as const, 'settle' as const),
    wait: fc.constantFrom(0, 1, 30),
  }),
  { maxLength: 100 },
)

/** Whether both sides have the same, as it is or in the spelling of the other side. */
function meansSame({ ours, theirs, spell }: Sides, key: string): boolean {
  const [left, right] = [ours[key] ?? null, theirs[key] ?? null]
  const alike = (one: CrmValue, other: CrmValue) => isAlike(one, other) || isAlike(spell(one), other)
  if (!Array.isArray(left) || !Array.isArray(right)) return alike(left, right)
  return (
    left.every((one) => right.some((other) => alike(one, other))) &&
    right.every((other) => left.some((one) => alike(one, other)))
  )
}

describe('whatever both sides do, in whatever spelling', () => {
  test('they end equal, and then nobody tells anybody anything', () => {
    fc.assert(
      fc.property(edits, spellings, (steps, spell) => {
        const sides = new Sides(['name', 'budget', 'phone', 'tags'], spell)
        let now = 0
        for (const { side, change, next, wait } of steps) {
          // Their clock tells seconds: what they change in that of our writing cannot be told from what they made of it.
          now += side === 'theirs' ? Math.max(wait, 1) : wait
          sides[side][change.key] = side === 'theirs' ? sides.spell(change.value) : change.value
          if (side === 'ours') sides.oursAt = at(now)
          else sides.theirsAt = at(now)
          if (next === 'pull') sides.pull()
          if (next === 'push') sides.push(at(now))
          if (next === 'settle') sides.settle(at(now))
        }
        sides.settle(at(now + 1))
        for (const key of sides.directions.keys()) {
          expect(meansSame(sides, key), `${key}: ${sides.ours[key]} / ${sides.theirs[key]}`).toBe(true)
        }
        const { writes, applied } = sides
        const before = structuredClone([sides.ours, sides.theirs])
        sides.settle(at(now + 100))
        expect([sides.writes, sides.applied]).toEqual([writes, applied])
        expect([sides.ours, sides.theirs]).toEqual(before)
      }),
      { numRuns: 500 },
    )
  })

  test('our own write is never taken for a change of theirs while its spelling can be recognised', () => {
    fc.assert(
      fc.property(texts, numbers, (name, budget) => {
        const sides = new Sides(['name', 'budget'], (value) =>
          typeof value === 'string' ? ` ${value.toUpperCase()}` : typeof value === 'number' ? Math.round(value) : value,
        )
        sides.ours = { name, budget }
        sides.push(at(1))
        sides.settle(at(2))
        expect(sides.ours).toEqual({ name, budget })
        expect(sides.writes).toBeLessThanOrEqual(1)
      }),
    )
  })
})

describe('lists', () => {
  const sides = (ours: string[], theirs: string[], shared: string[]) => ({
    directions: new Map([['tags', 'both' as const]]),
    ours: { tags: ours },
    oursAt: at(1),
    theirs: { tags: theirs },
    theirsAt: at(2),
    shadow: { ours: { tags: shared }, theirs: { tags: shared } },
    knownAt: at(0),
  })

  test('take what either side added, and lose what either side took away', () => {
    const taken = takeTheirs(sides(['a', 'mine'], ['b', 'yours'], ['a', 'b']))
    expect(taken.apply.tags).toEqual(['mine', 'yours'])
    const { addTags, removeTags } = changesToPush({
      directions: new Map([['tags', 'both']]),
      ours: { tags: taken.apply.tags! },
      shadow: noteApplied(sides([], [], ['a', 'b']).shadow, taken, { tags: taken.apply.tags! }),
    })
    expect([addTags, removeTags]).toEqual([['mine'], ['b']])
  })

  test('do not lose there what could not be taken in here', () => {
    const before = sides([], ['refused'], [])
    const taken = takeTheirs(before)
    const shadow = noteApplied(before.shadow, taken, { tags: [] })
    expect(changesToPush({ directions: before.directions, ours: { tags: [] }, shadow }).removeTags).toEqual([])
  })
})

test('what is only pulled is never pushed, and what is only pushed never applied', () => {
  const base = { ours: { name: 'Ours' }, oursAt: at(2), theirs: { name: 'Theirs' }, theirsAt: at(1), knownAt: null }
  const shadow = { ours: { name: 'Old' }, theirs: { name: 'Old' } }
  const pulled = takeTheirs({ ...base, shadow, directions: new Map([['name', 'pull']]) })
  expect([pulled.apply, pulled.conflicts]).toEqual([{ name: 'Theirs' }, []])
  expect(isNothing(changesToPush({ ours: base.ours, shadow, directions: new Map([['name', 'pull']]) }))).toBe(true)
  const pushed = takeTheirs({ ...base, shadow, directions: new Map([['name', 'push']]) })
  expect(pushed.apply).toEqual({})
  expect(
    changesToPush({ ours: base.ours, shadow: pushed.shadow, directions: new Map([['name', 'push']]) }).values,
  ).toEqual({ name: 'Ours' })
})

test('what a new record there was filled in with is no change of theirs', () => {
  const directions = new Map([
    ['name', 'both' as const],
    ['responsible', 'both' as const],
  ])
  const sides = { directions, ours: { name: 'Car' } as Values, shadow: nothingShared }
  const shadow = noteWritten(sides, changesToPush(sides), true)
  const read = { directions, ours: sides.ours, oursAt: at(0), theirs: { name: 'Car', responsible: 'admin' }, shadow }
  expect(takeTheirs({ ...read, theirsAt: at(5), knownAt: at(5) }).apply).toEqual({})
  // Somebody was made responsible since.
  expect(takeTheirs({ ...read, theirsAt: at(9), knownAt: at(5) }).apply).toEqual({ responsible: 'admin' })
})
