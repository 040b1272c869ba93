import { z } from 'zod'
import { parseMarkup } from '../../conversations/deliver/markup.ts'
import type { Entity } from '../../conversations/message.ts'
import { nameSchema } from '../../crm/create-spot.ts'
import { checkTemplate } from '../../platform/check-template.ts'
import { cutText } from '../../platform/cut-text.ts'
import type { Fault } from '../../platform/errors.ts'
import { textOfHtml } from '../../platform/text-of-html.ts'
import type { Renderers } from '../renderers.ts'
import type { emailTemplates } from './email-templates.table.ts'

/** An e-mail of the owner's that blocks send by its name. */
export type EmailTemplate = typeof emailTemplates.$inferSelect

/** What an e-mail is made of, with placeholders. */
export type LetterTexts = Pick<EmailTemplate, 'subject' | 'text' | 'html'>

/** An e-mail with its placeholders filled in. */
export interface Letter {
  /** One line. Empty: that of the conversation goes on. */
  subject: string
  text: string
  /** The formatting of the text. */
  entities: Entity[]
  /** Empty: the e-mail has a text alone. */
  html: string
}

/** Of an e-mail in which nothing stands. */
const emptySubject = 'Notification'

export const letterTextSchemas = {
  subject: z
    .string()
    .max(500)
    .describe(
      `The subject, with placeholders. Empty: that of the conversation goes on; \`${emptySubject}\` where there is none, or no body either.`,
    ),
  text: z
    .string()
    .max(20_000)
    .describe('What is said, with placeholders and Markdown. Where it is empty, the words of the HTML stand for it.'),
  html: z
    .string()
    .max(200_000)
    .describe(
      'The e-mail as HTML, with placeholders; values are escaped, unless the filter `raw` stands at their end. Empty: a text alone.',
    ),
}

export const emailTemplateFieldsSchema = { name: nameSchema, ...letterTextSchemas }

/** What is wrong with the placeholders of a template, by field. */
export function letterFaults(texts: Partial<LetterTexts>): Fault[] {
  return (['subject', 'text', 'html'] as const).flatMap((field) => checkTemplate(texts[field] ?? '', field) ?? [])
}

/** Fills in an e-mail. Throws `invalid` when a template is faulty or exceeds its limits. */
export function fillLetter(
  texts: LetterTexts,
  { render, renderMarkup, renderHtml }: Pick<Renderers, 'render' | 'renderMarkup' | 'renderHtml'>,
): Letter {
  const html = renderHtml(texts.html).trim()
  const { text, entities } = parseMarkup(renderMarkup(texts.text))
  const spoken = text.trim() === '' ? { text: textOfHtml(html), entities: [] } : { text, entities }
  // A line break would end the header that the subject stands in.
  const subject = cutText(render(texts.subject).replaceAll(/\s+/g, ' ').trim(), longestSubject)
  const isEmpty = subject === '' && html === '' && spoken.text.trim() === ''
  return { subject: isEmpty ? emptySubject : subject, html, ...spoken }
}

/** RFC 5322, section 2.1.1: characters of a line. */
const longestSubject = 998
