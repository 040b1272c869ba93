import type { MessageTemplate } from '../../../src/conversations/abilities.ts'
import type { GraphClient } from './graph-client.ts'

/** Pages of 100; an account has at most 6,000 templates. */
const mostPages = 100

/** A part of a template as the vendor tells it (developers.facebook.com/documentation/business-messaging/whatsapp/templates/components). */
interface Component {
  type?: string
  format?: string
  text?: string
  buttons?: { type?: string; text?: string; url?: string }[]
}

interface VendorTemplate {
  name?: string
  language?: string
  category?: string
  status?: string
  components?: Component[]
}

/** All templates of the account. */
export async function listTemplates(client: GraphClient, businessAccountId: string): Promise<MessageTemplate[]> {
  const templates: MessageTemplate[] = []
  let after: string | undefined
  for (let page = 0; page < mostPages; page++) {
    const answer = await client.call<{
      data?: VendorTemplate[]
      paging?: { cursors?: { after?: string }; next?: string }
    }>({
      path: `${businessAccountId}/message_templates`,
      query: { fields: 'name,language,category,status,components', limit: '100', ...(after && { after }) },
    })
    templates.push(...(answer.data ?? []).map(templateOf))
    after = answer.paging?.next ? answer.paging.cursors?.after : undefined
    if (after === undefined) return templates
  }
  return templates
}

function templateOf({
  name = '',
  language = '',
  category = '',
  status = '',
  components = [],
}: VendorTemplate): MessageTemplate {
  const part = (type: string) => components.find((component) => component.type?.toUpperCase() === type)
  const header = part('HEADER')
  const text = part('BODY')?.text ?? ''
  const footer = part('FOOTER')?.text
  const kind = header?.format?.toLowerCase()
  const buttons = part('BUTTONS')?.buttons ?? []
  return {
    name,
    language,
    category,
    status,
    text,
    variables: [...gapsOf(header?.text ?? '').map((gap) => `header.${gap}`), ...gapsOf(text)],
    ...(isHeader(kind) && { header: kind }),
    ...(footer && { footer }),
    ...(buttons.length > 0 && {
      buttons: buttons.map(({ type = '', text: label = '', url = '' }) => ({
        type: type.toLowerCase(),
        label,
        hasVariable: gapsOf(url).length > 0 || /^(copy_code|otp)$/i.test(type),
      })),
    }),
  }
}

/** The names of a text's gaps, or their numbers, each once. */
function gapsOf(text: string): string[] {
  return [...new Set([...text.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, gap]) => gap!))]
}

function isHeader(kind: string | undefined): kind is NonNullable<MessageTemplate['header']> {
  return ['text', 'image', 'video', 'document', 'location'].includes(kind ?? '')
}
