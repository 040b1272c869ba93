import { z } from 'zod'
import { defineBlock, next } from '../block.ts'

export const release = defineBlock({
  type: 'release',
  summary:
    'Takes the contact from their operator: nobody has the conversation, and nobody is responsible for the contact.',
  kind: 'action',
  options: z.strictObject({}),
  outputs: () => ['next'],
  needs: ['releaseClient'],
  example: {},
  async execute({ act }) {
    await act.releaseClient()
    return next()
  },
})
