import { describe, expect, it } from 'vitest'
import { handOver } from '../../../../src/flows/blocks/hand-over.ts'
import { stepper } from './step.ts'

describe('hand-over', () => {
  it('leaves a note and hands over', async () => {
    const block = stepper(handOver, { note: 'Wants {{ run.model }}' }, { scope: { run: { model: 'Niva' } } })
    expect(await block.execute()).toEqual({ do: 'next', output: 'next' })
    expect(block.taken).toEqual([['addNote', 'Wants Niva'], ['handOver']])
  })

  it('hands over without a note, too', async () => {
    const block = stepper(handOver, {})
    await block.execute()
    expect(block.taken).toEqual([['handOver']])
  })
})
