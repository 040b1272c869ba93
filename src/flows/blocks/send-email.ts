import { z } from 'zod'
import type { MediaPart } from '../../conversations/message.ts'
import { defineBlock, next, type StepContext } from '../block.ts'
import { fillLetter, letterTextSchemas } from '../email-templates/email-template.ts'
import { checkedUrl } from './checked-url.ts'
import { channelFault, emailTemplateFault, subscriberFlowFault } from './project-faults.ts'
import { templatesIn } from './templates-in.ts'

const attachmentSchema = z.strictObject({
  url: z.string().min(1).max(2000).describe('Where it is, http or https; placeholders are filled in. Empty: left out.'),
  name: z.string().max(200).optional().describe('The name of the file, with placeholders.'),
})

const { subject, text, html } = letterTextSchemas

const optionsSchema = z
  .strictObject({
    channel: z.string().min(1).max(200).describe('The name of the mailbox: a channel that can send e-mails.'),
    to: z
      .string()
      .min(1)
      .max(500)
      .default('{{ contact.email }}')
      .describe('The address, with placeholders. What is no address leads on by the output `invalid`.'),
    template: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('The name of the e-mail template to send, instead of a subject, text and HTML of the block.'),
    subject: subject.default(''),
    text: text.default(''),
    html: html.default(''),
    attachments: z.array(attachmentSchema).max(10).default([]).describe('Files that are sent with it.'),
    createSubscriber: z
      .boolean()
      .default(false)
      .describe('Makes the person a subscriber first, as `create-email-subscriber` does.'),
    flow: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe(
        "With `createSubscriber`: the flow that the person then belongs to; the project's default flow when absent.",
      ),
  })
  .refine((options) => options.template === undefined || !(options.subject || options.text || options.html), {
    path: ['template'],
    message: 'expected either a template, or a subject, text and html of the block',
  })
  .refine((options) => options.flow === undefined || options.createSubscriber, {
    path: ['flow'],
    message: 'counts only with createSubscriber',
  })

export const sendEmail = defineBlock({
  type: 'send-email',
  summary:
    "Sends an e-mail to the contact's address, or to another one: the block's own, or a template. The run stays in its conversation.",
  kind: 'message',
  options: optionsSchema,
  outputs: () => ['next', 'invalid'],
  needs: ['sendEmail', 'readEmailTemplate', 'createEmailSubscriber'],
  example: {
    channel: 'Mailbox',
    subject: 'Your offer for the {{ run.model }}',
    text: 'Dear {{ contact.first_name | default: "customer" }},\n\nhere is **your offer**.',
    attachments: [{ url: 'https://shop.example.com/offers/{{ run.offer }}.pdf', name: 'offer.pdf' }],
    createSubscriber: true,
    flow: 'Follow-up',
  },
  templates: ({ to, subject, text, html, attachments }) =>
    templatesIn({ to, subject, text, html, attachments: attachments.map(({ url, name }) => ({ url, name })) }, ''),
  check: ({ channel, template, createSubscriber, flow }, lookup) => [
    ...channelFault('channel', channel, lookup, 'email'),
    ...emailTemplateFault('template', template, lookup),
    ...(createSubscriber ? subscriberFlowFault('flow', flow, lookup) : []),
  ],
  async execute(context) {
    const { options, render, act } = context
    const { channel, template, flow } = options
    const to = render(options.to)
    const letter = fillLetter(template === undefined ? options : await act.readEmailTemplate(template), context)
    const attachments = attachmentsOf(context)
    const subscribed = !options.createSubscriber || (await act.createEmailSubscriber({ channel, email: to, flow }))
    const sent = subscribed && (await act.sendEmail({ channel, to, letter, attachments }))
    return next(sent ? 'next' : 'invalid')
  },
})

function attachmentsOf({
  options,
  render,
  renderUrl,
}: Pick<StepContext<z.infer<typeof optionsSchema>, never>, 'options' | 'render' | 'renderUrl'>): MediaPart[] {
  return options.attachments.flatMap(({ url, name }): MediaPart[] => {
    const address = renderUrl(url).trim()
    if (address === '') return []
    const file = { url: checkedUrl(address, 'an attachment') }
    return [{ type: 'media', media: 'document', file, ...(name !== undefined && { name: render(name) }) }]
  })
}
