import { describe, expect, it } from 'vitest'
import { toldFields } from '../../../src/team/told-fields.ts'

describe('what the log of changes tells of fields', () => {
  it('is the value before and after; nothing is null', () => {
    expect(toldFields({ a: [1, 'x'], b: [undefined, true], c: [['x'], { y: 1 }] })).toEqual({
      a: [1, 'x'],
      b: [null, true],
      c: [['x'], { y: 1 }],
    })
  })

  it('ends a long text or value with an ellipsis', () => {
    const long = 'я'.repeat(1001)
    expect(toldFields({ a: [null, long], b: [{ long }, long.slice(1)] })).toEqual({
      a: [null, `${'я'.repeat(1000)}…`],
      b: [`{"long":"${'я'.repeat(991)}…`, 'я'.repeat(1000)],
    })
  })

  it('leaves no half of a character, which the log could not keep', () => {
    expect(toldFields({ a: [null, `.${'😀'.repeat(500)}`] })).toEqual({ a: [null, `.${'😀'.repeat(499)}…`] })
  })
})
