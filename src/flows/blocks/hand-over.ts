import { z } from 'zod'
import { defineBlock, next } from '../block.ts'

export const handOver = defineBlock({
  type: 'hand-over',
  summary: 'Hands the conversation and its deal to people: both switch to manual.',
  kind: 'action',
  options: z.strictObject({
    note: z.string().max(20_000).optional().describe('A note for the people who take over, with placeholders.'),
  }),
  outputs: () => ['next'],
  needs: ['handOver', 'addNote'],
  example: { note: 'Wants {{ run.model }}, budget {{ run.budget | default: "unknown" }}.' },
  templates: ({ note }): Record<string, string> => (note === undefined ? {} : { note }),
  async execute({ options, render, act }) {
    const note = options.note === undefined ? '' : render(options.note).trim()
    if (note !== '') await act.addNote(note)
    await act.handOver()
    return next()
  },
})
