import { describe, expect, it } from 'vitest'
import { release } from '../../../../src/flows/blocks/release.ts'
import { stepper } from './step.ts'

describe('release', () => {
  it('takes the contact from the operator', async () => {
    const block = stepper(release, {})
    expect(await block.execute()).toEqual({ do: 'next', output: 'next' })
    expect(block.taken).toEqual([['releaseClient']])
  })
})
