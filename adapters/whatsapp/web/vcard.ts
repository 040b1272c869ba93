import type { Part } from '../../../src/conversations/message.ts'

type ContactPart = Extract<Part, { type: 'contact' }>

/** A card as vCard 3.0, with the number marked as one of WhatsApp so that its apps offer to write to it. */
export function vcardOf({ name, phone, email, vcard }: ContactPart): string {
  if (vcard !== undefined && /^BEGIN:VCARD/.test(vcard)) return vcard
  const digits = phone?.replaceAll(/\D/g, '')
  const lines = [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `N:;${writeValue(name)};;;`,
    `FN:${writeValue(name)}`,
    ...(phone ? [`TEL;type=CELL;type=VOICE;waid=${digits}:${writeValue(phone)}`] : []),
    ...(email ? [`EMAIL:${writeValue(email)}`] : []),
    'END:VCARD',
  ]
  return lines.join('\n')
}

/** The card that a vCard holds: its name, first phone and first e-mail (RFC 6350, and what older ones write). */
export function contactOf(vcard: string): ContactPart {
  const lines = vcard.replaceAll(/\r?\n[ \t]/g, '').split(/\r?\n/)
  const find = (property: string) => {
    const pattern = new RegExp(`^(?:item\\d+\\.)?${property}((?:;[^:]*)?):(.*)$`, 'i')
    return lines.map((line) => pattern.exec(line)).find((match) => match !== null)
  }
  const textOf = (property: string) => readValue(find(property)?.[2]?.trim() ?? '')
  const tel = find('TEL')
  const phone = readValue(tel?.[2]?.trim() ?? '').replace(/^tel:/i, '')
  const digits = /waid=(\d+)/i.exec(tel?.[1] ?? '')?.[1]
  const email = textOf('EMAIL')
  const name = textOf('FN') || textOf('N').split(';').filter(Boolean).reverse().join(' ') || phone || email
  return {
    type: 'contact',
    name,
    ...(phone && { phone }),
    ...(email && { email }),
    vcard,
    ...(digits && { identity: { kind: 'whatsapp', value: digits } }),
  }
}

const writeValue = (text: string): string => text.replaceAll(/[\\;,]/g, '\\$&').replaceAll(/\r?\n/g, '\\n')
const readValue = (text: string): string => text.replaceAll(/\\([\\;,:])/g, '$1').replaceAll(/\\n/gi, '\n')
