import { describe, expect, it } from 'vitest'
import { chainMs, nextLink } from '../../../../src/flows/change-triggers/chain.ts'

const at = new Date('2026-11-02T09:00:00Z')
const later = (ms: number) => new Date(at.getTime() + ms)

describe('the place of a flow in its chain', () => {
  it('is the first one when a person, a program or a flow of no chain made the change', () => {
    const first = { depth: 1, since: at.toISOString() }
    expect(nextLink({ kind: 'operator', id: 1 }, at)).toEqual(first)
    expect(nextLink({ kind: 'flow', runId: 1 }, at)).toEqual(first)
    expect(nextLink(undefined, at)).toEqual(first)
  })

  it('grows with each flow, from the moment of the first change, and begins anew after an hour', () => {
    const chain = { depth: 4, since: at.toISOString() }
    const by = { kind: 'flow' as const, runId: 1, chain }
    expect(nextLink(by, later(chainMs))).toEqual({ depth: 5, since: at.toISOString() })
    expect(nextLink(by, later(chainMs + 1))).toEqual({ depth: 1, since: later(chainMs + 1).toISOString() })
  })
})
