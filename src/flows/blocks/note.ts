import { z } from 'zod'
import { defineBlock, next } from '../block.ts'

export const note = defineBlock({
  type: 'note',
  summary: 'Writes a note about the contact that only the team sees.',
  kind: 'action',
  options: z.strictObject({
    text: z
      .string()
      .min(1)
      .max(20_000)
      .describe('The note, with placeholders. Nothing is written when it comes out empty.'),
  }),
  outputs: () => ['next'],
  needs: ['addNote'],
  example: { text: 'Asked about {{ run.model }} on {{ now | date: "%d.%m.%Y" }}.' },
  templates: ({ text }) => ({ text }),
  async execute({ options, render, act }) {
    const text = render(options.text).trim()
    if (text !== '') await act.addNote(text)
    return next()
  },
})
