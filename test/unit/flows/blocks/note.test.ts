import { describe, expect, it } from 'vitest'
import { note } from '../../../../src/flows/blocks/note.ts'
import { optionFaults, stepper } from './step.ts'

describe('note', () => {
  it('writes the note', async () => {
    const block = stepper(note, { text: 'Asked about {{ run.model }}' }, { scope: { run: { model: 'Niva' } } })
    expect(await block.execute()).toEqual({ do: 'next', output: 'next' })
    expect(block.taken).toEqual([['addNote', 'Asked about Niva']])
  })

  it('writes nothing when it comes out empty', async () => {
    const block = stepper(note, { text: '{{ run.nothing }}' })
    await block.execute()
    expect(block.taken).toEqual([])
    expect(optionFaults(note, { text: '' })[0]).toContain('text:')
  })
})
