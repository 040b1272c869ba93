import { z } from 'zod'
import { defineBlock, next } from '../block.ts'

export const markUnread = defineBlock({
  type: 'mark-unread',
  summary:
    'Marks the last message of the conversation as unread, so that people see it; only if the contact has written before.',
  kind: 'action',
  options: z.strictObject({}),
  outputs: () => ['next'],
  needs: ['markUnread'],
  example: {},
  async execute({ act }) {
    await act.markUnread()
    return next()
  },
})
