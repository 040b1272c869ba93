import { describe, expect, it } from 'vitest'
import type { DistributionMethod, Turns } from '../../../../src/crm/distribution/distribution.table.ts'
import { type Candidate, takeTurn } from '../../../../src/crm/distribution/take-turn.ts'

const person = (id: number, fields: Partial<Candidate> = {}): Candidate => ({
  id,
  share: 1,
  conversations: 0,
  deals: 0,
  ...fields,
})

/** Takes so many turns one after the other, as stored between them; gives who had them. */
function turnsOf(method: DistributionMethod, people: Candidate[], count: number, turns: Turns = {}): number[] {
  const taken: number[] = []
  for (let index = 0; index < count; index++) {
    const turn = takeTurn(method, people, turns)!
    turns = JSON.parse(JSON.stringify(turn.turns)) as Turns
    taken.push(turn.id)
  }
  return taken
}

function tally(ids: number[]): Record<number, number> {
  return Object.fromEntries([...Map.groupBy(ids, (id) => id)].map(([id, all]) => [id, all.length]))
}

describe('takeTurn', () => {
  it.each<[string, DistributionMethod, Candidate[], number[]]>([
    ['one after the other', 'round_robin', [person(1), person(2), person(5)], [1, 2, 5, 1, 2, 5, 1]],
    ['one alone again and again', 'round_robin', [person(4)], [4, 4, 4]],
    [
      'whoever has the fewest conversations',
      'least_busy',
      [person(1, { conversations: 2 }), person(2, { conversations: 1 }), person(3, { conversations: 3 })],
      [2, 2],
    ],
    [
      'of equally busy ones who has fewer deals',
      'least_busy',
      [person(1, { deals: 2 }), person(2, { deals: 1 }), person(3, { conversations: 1 })],
      [2, 2],
    ],
    [
      'of all alike one after the other',
      'least_busy',
      [person(1), person(2), person(3, { conversations: 1 })],
      [1, 2, 1, 2],
    ],
    ['equal shares as turns', 'share', [person(1), person(2)], [1, 2, 1, 2]],
    ['unequal shares, spread out', 'share', [person(1, { share: 3 }), person(2)], [1, 1, 2, 1, 1, 1, 2, 1]],
    ['nobody of share 0', 'share', [person(1, { share: 0 }), person(2)], [2, 2, 2]],
  ])('chooses %s', (_, method, people, expected) => {
    expect(turnsOf(method, people, expected.length)).toEqual(expected)
  })

  it.each(['round_robin', 'least_busy', 'share'] as const)('chooses nobody from nobody (%s)', (method) => {
    expect(takeTurn(method, [], { last: 3 })).toBeUndefined()
  })

  it('chooses nobody where all shares are 0', () => {
    expect(takeTurn('share', [person(1, { share: 0 })], {})).toBeUndefined()
  })

  it.each([
    [[3, 1], 4],
    [[5, 3, 2], 10],
    [[1, 1, 1, 7], 10],
    [[1000, 1], 1001],
    [[2, 2, 3], 7],
  ])('gives shares of %j exactly over a round, and over each round after', (shares, round) => {
    const people = shares.map((share, index) => person(index + 1, { share }))
    const exact = Object.fromEntries(shares.map((share, index) => [index + 1, share]))
    const taken = turnsOf('share', people, round * 3)
    for (const start of [0, round, round * 2]) expect(tally(taken.slice(start, start + round))).toEqual(exact)
  })

  it('is fair to three over a thousand turns, whichever way', () => {
    const people = [person(1), person(2), person(3)]
    for (const method of ['round_robin', 'least_busy', 'share'] as const)
      expect(tally(turnsOf(method, people, 999))).toEqual({ 1: 333, 2: 333, 3: 333 })
  })

  it('goes on behind one who has left, and begins anew behind the last', () => {
    expect(turnsOf('round_robin', [person(1), person(3)], 2, { last: 2 })).toEqual([3, 1])
    expect(turnsOf('round_robin', [person(1), person(3)], 2, { last: 9 })).toEqual([1, 3])
  })

  it('does not make one who comes back, or whose share has shrunk, wait for more than a round', () => {
    const turns: Turns = { owed: { 1: -900, 2: 900 } }
    const taken = turnsOf('share', [person(1), person(2)], 6, turns)
    expect(taken.slice(0, 4)).toContain(1)
    expect(tally(turnsOf('share', [person(1), person(2)], 100, turns))[1]).toBeGreaterThanOrEqual(48)
  })
})
