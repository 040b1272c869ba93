import { z } from 'zod'
import { parseMarkup } from '../../conversations/deliver/markup.ts'
import { type Button, type Content, mediaKinds, type OutboundPart } from '../../conversations/message.ts'
import { cutText } from '../../platform/cut-text.ts'
import { defineBlock, fail, next, type StepContext, waitForReply } from '../block.ts'
import { checkedUrl } from './checked-url.ts'
import { chosenButton } from './chosen-button.ts'
import { templateOption, templatePartOf } from './message-template.ts'
import { templatesIn } from './templates-in.ts'

const mediaSchema = z.strictObject({
  kind: z.enum(mediaKinds).default('image').describe('What it is sent as.'),
  url: z.string().min(1).max(2000).describe('Where it is, http or https; placeholders are filled in. Empty: left out.'),
  name: z.string().max(200).optional().describe('The file name that a document is shown with.'),
})

const buttonSchema = z
  .strictObject({
    label: z.string().min(1).max(200).describe('What stands on the button, at most 64 characters after filling in.'),
    value: z.string().min(1).max(256).optional().describe('What a press answers; the label when absent.'),
    url: z.string().min(1).max(2000).optional().describe('Makes a button that opens this address and answers nothing.'),
    request: z
      .enum(['phone', 'location'])
      .optional()
      .describe("Makes a button that asks for the person's phone or place."),
    output: z
      .boolean()
      .default(false)
      .describe('Gives the button an output of its own, `button:` and its value. The block then waits for the reply.'),
  })
  .refine((button) => !(button.output && button.url), {
    path: ['output'],
    message: 'a button that opens an address answers nothing and can have no output',
  })
  .refine((button) => !(button.url && button.request), {
    path: ['request'],
    message: 'expected either url or request',
  })

const optionsSchema = z
  .strictObject({
    text: z
      .string()
      .max(20_000)
      .default('')
      .describe(
        'What is said, with placeholders and Markdown: `**bold**`, `_italic_`, `~~strike~~`, `[links](https://example.com)`.',
      ),
    media: z.array(mediaSchema).max(10).default([]).describe('Pictures, videos, documents … sent with the text.'),
    buttons: z
      .array(z.array(buttonSchema).min(1).max(8))
      .max(20)
      .default([])
      .describe('Rows of buttons under the message; numbered text where the channel has none.'),
    template: templateOption.optional(),
    typing: z.boolean().default(false).describe('Shows that we are writing first, where the channel can.'),
  })
  .refine((options) => options.text.trim() !== '' || options.media.length > 0, {
    path: ['text'],
    message: 'expected a text or media',
  })
  .refine((options) => hasUniqueOutputs(options.buttons.flat()), {
    path: ['buttons'],
    message: 'buttons with an output of their own need different values',
  })
type Options = z.infer<typeof optionsSchema>

/** A button as it was shown, kept until the reply comes. */
type ShownButton = Button & { output?: string }

export const message = defineBlock({
  type: 'message',
  summary: 'Says something: text, media, buttons.',
  kind: 'message',
  options: optionsSchema,
  outputs: (options) => ['next', ...ownOutputs(options)],
  needs: ['say', 'showTyping'],
  example: {
    text: 'Hello, {{ contact.first_name | default: "friend" }}! Shall we call you?',
    buttons: [
      [
        { label: 'Yes, call me', value: 'call', output: true },
        { label: 'No, write here', value: 'write', output: true },
      ],
    ],
    typing: true,
  },
  templates: ({ text, media, buttons, template }) => ({
    text,
    ...templatesIn(
      media.map(({ url, name }) => ({ url, name })),
      'media',
    ),
    ...templatesIn(
      buttons.map((row) => row.map(({ label, value, url }) => ({ label, value, url }))),
      'buttons',
    ),
    ...templatesIn(
      template && { variables: template.variables, header: template.header, buttons: template.buttons },
      'template',
    ),
  }),
  loses: ({ buttons, media, template }, can) => {
    if (template && can.templates) {
      const instead = { media, buttons }
      return Object.entries(instead).flatMap(([path, items]) =>
        items.length > 0 ? [{ path, message: 'the template is sent instead' }] : [],
      )
    }
    const all = buttons.flat()
    const others = media.filter(({ kind }) => !can.media.includes(kind))
    return [
      ...(all.length > 0 && !can.buttons ? [{ path: 'buttons', message: 'the buttons become numbered text' }] : []),
      ...(can.buttons && !can.requestButtons && all.some(({ request }) => request)
        ? [{ path: 'buttons', message: 'a button that asks for phone or place becomes text' }]
        : []),
      ...(others.length > 0
        ? [{ path: 'media', message: `${[...new Set(others.map(({ kind }) => kind))].join(', ')} becomes a link` }]
        : []),
    ]
  },
  waits: (options) => ownOutputs(options).length > 0,
  async execute(context) {
    const rows = shownRows(context)
    const content = contentOf(context, rows)
    if (content.text.trim() === '' && !content.parts?.some((part) => part.type === 'media')) {
      return fail('The message is empty once its placeholders are filled in')
    }
    if (context.options.typing) await context.act.showTyping()
    await context.act.say(content)
    return ownOutputs(context.options).length > 0 ? waitForReply({ buttons: rows.flat() }) : next()
  },
  resume(_context, resumption, state) {
    if (resumption.because !== 'reply') return next()
    return next(chosenButton(state.buttons as ShownButton[], resumption.reply)?.output)
  },
})

function ownOutputs(options: Options): string[] {
  return options.buttons.flat().flatMap((button) => (button.output ? [outputOf(button)] : []))
}

function outputOf(button: { label: string; value?: string }): string {
  return `button:${button.value ?? button.label}`
}

function hasUniqueOutputs(buttons: { label: string; value?: string; output: boolean }[]): boolean {
  const outputs = buttons.filter((button) => button.output).map(outputOf)
  return new Set(outputs).size === outputs.length
}

/** The buttons with their placeholders filled in; those without label, or with an empty address, are left out. */
function shownRows({ options, render, renderUrl }: StepContext<Options, 'say'>): ShownButton[][] {
  const shown = options.buttons.map((row) =>
    row.flatMap((button): ShownButton[] => {
      const label = shorten(render(button.label).trim(), 64)
      const url = button.url === undefined ? undefined : renderUrl(button.url).trim()
      if (label === '' || url === '') return []
      return [
        {
          label,
          ...(button.value !== undefined && { value: cutText(render(button.value), 256) }),
          ...(url !== undefined && { url: checkedUrl(url, `the button "${label}"`) }),
          ...(button.request && { request: button.request }),
          ...(button.output && { output: outputOf(button) }),
        },
      ]
    }),
  )
  return shown.filter((row) => row.length > 0)
}

function contentOf(context: StepContext<Options, 'say'>, rows: ShownButton[][]): Content {
  const { options, renderMarkup, renderUrl, render } = context
  const { text, entities } = parseMarkup(renderMarkup(options.text))
  const parts: OutboundPart[] = options.media.flatMap(({ kind, url, name }): OutboundPart[] => {
    const address = renderUrl(url).trim()
    if (address === '') return []
    const file = { url: checkedUrl(address, 'a media file') }
    return [{ type: 'media', media: kind, file, ...(name !== undefined && { name: render(name) }) }]
  })
  if (rows.length > 0) {
    parts.push({ type: 'buttons', rows: rows.map((row) => row.map(({ output: _, ...button }) => button)) })
  }
  if (options.template) parts.push(templatePartOf(options.template, context))
  return { text, ...(entities.length > 0 && { entities }), ...(parts.length > 0 && { parts }) }
}

function shorten(text: string, length: number): string {
  return text.length > length ? `${cutText(text, length - 1)}…` : text
}
