import { describe, expect, it } from 'vitest'
import { addLabels } from '../../../../src/flows/blocks/add-labels.ts'
import { optionFaults, stepper } from './step.ts'

describe('add-labels', () => {
  it('fills in the labels, each once, without empty ones', async () => {
    const labels = ['lead', 'wants {{ run.model }}', '{{ run.nothing }}', ' lead ']
    const block = stepper(addLabels, { labels }, { scope: { run: { model: 'Niva' } } })
    expect(await block.execute()).toEqual({ do: 'next', output: 'next' })
    expect(block.taken).toEqual([['addLabels', ['lead', 'wants Niva']]])
  })

  it('does nothing when no label is left', async () => {
    const block = stepper(addLabels, { labels: ['{{ run.nothing }}'] })
    expect(await block.execute()).toEqual({ do: 'next', output: 'next' })
    expect(block.taken).toEqual([])
  })

  it('refuses an empty list', () => {
    expect(optionFaults(addLabels, { labels: [] })[0]).toContain('labels:')
  })
})
