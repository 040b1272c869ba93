import { defineBlock, next } from '../block.ts'
import { filledLabels, labelOptionsSchema } from './label-options.ts'
import { templatesIn } from './templates-in.ts'

export const addLabels = defineBlock({
  type: 'add-labels',
  summary: 'Puts labels on the contact.',
  kind: 'action',
  options: labelOptionsSchema,
  outputs: () => ['next'],
  needs: ['addLabels'],
  example: { labels: ['lead', 'wants {{ run.model }}'] },
  templates: ({ labels }) => templatesIn(labels, 'labels'),
  async execute({ options, render, act }) {
    const labels = filledLabels(options.labels, render)
    if (labels.length > 0) await act.addLabels(labels)
    return next()
  },
})
