import { z } from 'zod'
import { defineBlock, next } from '../block.ts'
import { operatorFault } from './project-faults.ts'

export const mentionUser = defineBlock({
  type: 'mention-user',
  summary: 'Mentions a person in the group, with a comment, so that they are called.',
  kind: 'message',
  options: z.strictObject({
    who: z
      .string()
      .min(1)
      .max(320)
      .describe('`client`, `responsible`, or the e-mail of an operator whose account is linked.'),
    comment: z.string().max(3000).default('').describe('What stands behind the name, with placeholders.'),
  }),
  outputs: () => ['next'],
  needs: ['mention'],
  example: { who: 'responsible', comment: 'please answer {{ contact.first_name }}.' },
  templates: ({ comment }) => ({ comment }),
  check: ({ who }, lookup) => (who === 'client' || who === 'responsible' ? [] : operatorFault('who', who, lookup)),
  async execute({ options, render, act }) {
    await act.mention({ who: options.who, comment: render(options.comment).trim() })
    return next()
  },
})
