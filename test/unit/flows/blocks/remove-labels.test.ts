import { describe, expect, it } from 'vitest'
import { removeLabels } from '../../../../src/flows/blocks/remove-labels.ts'
import { optionFaults, stepper } from './step.ts'

describe('remove-labels', () => {
  it('fills in the labels, each once, without empty ones', async () => {
    const labels = ['lead', 'wants {{ run.model }}', '{{ run.nothing }}', ' lead ']
    const block = stepper(removeLabels, { labels }, { scope: { run: { model: 'Niva' } } })
    expect(await block.execute()).toEqual({ do: 'next', output: 'next' })
    expect(block.taken).toEqual([['removeLabels', ['lead', 'wants Niva']]])
  })

  it('does nothing when no label is left', async () => {
    const block = stepper(removeLabels, { labels: ['{{ run.nothing }}'] })
    expect(await block.execute()).toEqual({ do: 'next', output: 'next' })
    expect(block.taken).toEqual([])
  })

  it('refuses an empty list', () => {
    expect(optionFaults(removeLabels, { labels: [] })[0]).toContain('labels:')
  })
})
