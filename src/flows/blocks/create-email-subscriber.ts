import { z } from 'zod'
import { defineBlock, next } from '../block.ts'
import { channelFault, subscriberFlowFault } from './project-faults.ts'

export const createEmailSubscriber = defineBlock({
  type: 'create-email-subscriber',
  summary:
    'Makes the person with an e-mail address a subscriber of a flow, without sending anything of it. The address becomes one of ' +
    'the contact; where another contact has it, the two cards are linked.',
  kind: 'action',
  options: z.strictObject({
    channel: z.string().min(1).max(200).describe('The name of the mailbox: a channel that can send e-mails.'),
    email: z
      .string()
      .min(1)
      .max(500)
      .default('{{ contact.email }}')
      .describe('The address, with placeholders. What is no address leads on by the output `invalid`.'),
    flow: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe("The name of the flow that the person then belongs to; the project's default flow when absent."),
  }),
  outputs: () => ['next', 'invalid'],
  needs: ['createEmailSubscriber'],
  example: { channel: 'Mailbox', email: '{{ run.email }}', flow: 'Follow-up' },
  templates: ({ email }) => ({ email }),
  check: ({ channel, flow }, lookup) => [
    ...channelFault('channel', channel, lookup, 'email'),
    ...subscriberFlowFault('flow', flow, lookup),
  ],
  async execute({ options: { channel, email, flow }, render, act }) {
    return next((await act.createEmailSubscriber({ channel, email: render(email), flow })) ? 'next' : 'invalid')
  },
})
