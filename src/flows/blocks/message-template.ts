import { z } from 'zod'
import type { TemplatePart } from '../../conversations/message.ts'
import { cutText } from '../../platform/cut-text.ts'
import type { StepContext } from '../block.ts'
import { checkedUrl } from './checked-url.ts'

const filledIn = z.string().max(4000)

/** A template of the channel's vendor, as a block names it. */
export const templateOption = z
  .strictObject({
    name: z.string().min(1).max(512).describe('Its name, as the vendor knows it.'),
    language: z.string().min(2).max(20).describe('As the vendor spells it: `en_US`.'),
    variables: z
      .record(z.string().min(1).max(200), filledIn)
      .default({})
      .describe('What fills its gaps, by their names, or by their numbers from `1`; with placeholders.'),
    header: z
      .string()
      .min(1)
      .max(2000)
      .optional()
      .describe('The address of the file for its heading, http or https, with placeholders.'),
    buttons: z
      .record(z.string().regex(/^\d$/, 'expected the place of a button, from 0'), filledIn.max(2000))
      .optional()
      .describe('What fills the addresses of its buttons, by the place of the button from `0`; with placeholders.'),
  })
  .describe(
    'A text that the vendor has approved beforehand, sent instead of all else where the channel has such; the text stays for other channels and for the history.',
  )

/** The template with its placeholders filled in. */
export function templatePartOf(
  { name, language, variables, header, buttons }: z.infer<typeof templateOption>,
  { render, renderUrl }: Pick<StepContext<unknown, never>, 'render' | 'renderUrl'>,
): TemplatePart {
  return {
    type: 'template',
    name,
    language,
    variables: mapped(variables, (value) => cutText(render(value), 4000)),
    ...(header !== undefined && { header: { url: checkedUrl(renderUrl(header).trim(), "the template's heading") } }),
    ...(buttons && { buttons: mapped(buttons, (value) => cutText(render(value), 2000)) }),
  }
}

function mapped(values: Record<string, string>, change: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]))
}
