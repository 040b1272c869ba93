import { defineBlock, next } from '../block.ts'
import { filledLabels, labelOptionsSchema } from './label-options.ts'
import { templatesIn } from './templates-in.ts'

export const removeLabels = defineBlock({
  type: 'remove-labels',
  summary: 'Takes labels off the contact.',
  kind: 'action',
  options: labelOptionsSchema,
  outputs: () => ['next'],
  needs: ['removeLabels'],
  example: { labels: ['cold'] },
  templates: ({ labels }) => templatesIn(labels, 'labels'),
  async execute({ options, render, act }) {
    const labels = filledLabels(options.labels, render)
    if (labels.length > 0) await act.removeLabels(labels)
    return next()
  },
})
