import type { SentTemplate } from './message-schema.ts'
import { refusal } from './refusal.ts'

/** A template as the double's account has it. */
export interface DoubleTemplate {
  id: string
  name: string
  language: string
  category: 'UTILITY' | 'MARKETING' | 'AUTHENTICATION'
  status: 'APPROVED' | 'PENDING' | 'REJECTED' | 'PAUSED'
  components: {
    type: 'HEADER' | 'BODY' | 'FOOTER' | 'BUTTONS'
    format?: 'TEXT' | 'IMAGE' | 'VIDEO' | 'DOCUMENT' | 'LOCATION'
    text?: string
    buttons?: { type: 'URL' | 'QUICK_REPLY' | 'COPY_CODE' | 'PHONE_NUMBER'; text: string; url?: string }[]
  }[]
}

/** Refuses a template that is not there, or whose gaps are filled otherwise than they are. */
export function checkTemplate(templates: readonly DoubleTemplate[], sent: SentTemplate): void {
  const found = templates.find(({ name, language }) => name === sent.name && language === sent.language.code)
  if (found?.status !== 'APPROVED') {
    throw refusal(
      404,
      132001,
      'Template name does not exist in the translation',
      `template name (${sent.name}) does not exist in ${sent.language.code}`,
    )
  }
  const parametersOf = (type: 'header' | 'body') =>
    sent.components?.find((component) => component.type === type)?.parameters ?? []
  const header = found.components.find(({ type }) => type === 'HEADER')
  const given = parametersOf('header')
  if (header?.format !== undefined && header.format !== 'TEXT') {
    const kind = header.format.toLowerCase()
    if (given[0]?.type !== kind) {
      throw refusal(
        400,
        132012,
        'Parameter format does not match format in the created template',
        `header: Format mismatch, expected ${header.format}, received ${given[0]?.type ?? 'UNKNOWN'}`,
      )
    }
  } else checkGaps('header', header?.text ?? '', given)
  checkGaps('body', found.components.find(({ type }) => type === 'BODY')?.text ?? '', parametersOf('body'))
  checkButtons(found, sent)
}

type Parameters = NonNullable<SentTemplate['components']>[number]['parameters']

function checkGaps(where: string, text: string, parameters: Parameters): void {
  const gaps = [...new Set([...text.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, gap]) => gap!))]
  if (parameters.length !== gaps.length) {
    throw refusal(
      400,
      132000,
      'Number of parameters does not match the expected number of params',
      `${where}: number of localizable_params (${parameters.length}) does not match the expected number of params (${gaps.length})`,
    )
  }
  if (gaps.every((gap) => /^\d+$/.test(gap))) return
  const names = parameters.map((parameter) => (parameter.type === 'text' ? parameter.parameter_name : undefined))
  const missing = gaps.filter((gap) => !names.includes(gap))
  if (missing.length > 0) {
    throw refusal(
      400,
      132012,
      'Parameter format does not match format in the created template',
      `${where}: Parameter name is missing or empty: ${missing.join(', ')}`,
    )
  }
}

function checkButtons(found: DoubleTemplate, sent: SentTemplate): void {
  const buttons = found.components.find(({ type }) => type === 'BUTTONS')?.buttons ?? []
  const filled = new Set<number>()
  for (const component of sent.components ?? []) {
    if (component.type !== 'button') continue
    const button = buttons[Number(component.index)]
    if (button?.type.toLowerCase() !== component.sub_type) {
      throw refusal(
        400,
        132018,
        'Template parameters are invalid',
        `buttons: no ${component.sub_type} button at index ${component.index}`,
      )
    }
    filled.add(Number(component.index))
  }
  for (const [index, button] of buttons.entries()) {
    const needs = button.type === 'COPY_CODE' || (button.type === 'URL' && button.url?.includes('{{'))
    if (needs && !filled.has(index)) {
      throw refusal(
        400,
        131008,
        'Required parameter is missing',
        `Button at index ${index} of type ${button.type} requires a parameter`,
      )
    }
  }
}

/** One page of them, as GET /{account}/message_templates gives it. */
export function templatesPage(templates: readonly DoubleTemplate[], query: URLSearchParams): unknown {
  const limit = Number(query.get('limit') ?? 25)
  const from = query.get('after') === null ? 0 : Number(Buffer.from(query.get('after')!, 'base64').toString())
  if (!Number.isInteger(from) || limit < 1) throw refusal(400, 100, 'Invalid parameter', 'after')
  const fields = new Set(['id', ...(query.get('fields') ?? 'name,language,category,status,components').split(',')])
  const page = templates.slice(from, from + limit)
  const cursor = (at: number) => Buffer.from(String(at)).toString('base64')
  const more = from + limit < templates.length
  return {
    data: page.map((template) => Object.fromEntries(Object.entries(template).filter(([field]) => fields.has(field)))),
    paging: {
      cursors: { before: cursor(from), after: cursor(from + page.length) },
      ...(more && { next: 'https://graph.facebook.com/next-page' }),
    },
  }
}
