import type { MessageTemplate } from '../../../../src/conversations/abilities.ts'
import type { TemplatePart } from '../../../../src/conversations/message.ts'
import type { FileRef, HeaderKind } from './media.ts'

/**
 * A template with its gaps filled (developers.facebook.com/documentation/business-messaging/whatsapp/templates). `known` is how the
 * vendor has it, where that could be learned: it tells what kinds its buttons are.
 */
export function templateBody(
  part: TemplatePart,
  header: { kind: HeaderKind; ref: FileRef } | undefined,
  known: MessageTemplate | undefined,
): Record<string, unknown> {
  const gaps = Object.entries(part.variables).map(([name, value]) => ({ name, text: oneLine(value) }))
  const inHeader = gaps.filter(({ name }) => name.startsWith('header.'))
  const inBody = gaps.filter(({ name }) => !name.startsWith('header.'))
  const components: Record<string, unknown>[] = []
  if (header) {
    components.push({ type: 'header', parameters: [{ type: header.kind, [header.kind]: header.ref }] })
  } else if (inHeader.length > 0) {
    const named = inHeader.map(({ name, text }) => ({ name: name.slice('header.'.length), text }))
    components.push({ type: 'header', parameters: parametersOf(named) })
  }
  if (inBody.length > 0) components.push({ type: 'body', parameters: parametersOf(inBody) })
  for (const [index, text] of Object.entries(part.buttons ?? {})) {
    components.push(buttonComponent(index, text, known?.buttons?.[Number(index)]?.type))
  }
  return {
    name: part.name,
    language: { code: part.language },
    ...(components.length > 0 && { components }),
  }
}

/** Numbered gaps go by their order, named ones by their names. */
function parametersOf(gaps: { name: string; text: string }[]): Record<string, unknown>[] {
  if (gaps.every(({ name }) => /^\d+$/.test(name))) {
    return gaps
      .toSorted((one, other) => Number(one.name) - Number(other.name))
      .map(({ text }) => ({ type: 'text', text }))
  }
  return gaps.map(({ name, text }) => ({ type: 'text', parameter_name: name, text }))
}

function buttonComponent(index: string, text: string, type = 'url'): Record<string, unknown> {
  const button = (sub_type: string, parameter: Record<string, unknown>) => ({
    type: 'button',
    sub_type,
    index,
    parameters: [parameter],
  })
  if (type === 'copy_code') return button('copy_code', { type: 'coupon_code', coupon_code: text })
  if (type === 'quick_reply') return button('quick_reply', { type: 'payload', payload: text })
  return button('url', { type: 'text', text })
}

/** A gap takes neither line breaks nor more than four spaces on end. */
function oneLine(text: string): string {
  return text.replaceAll(/\s*[\n\r\t]+\s*/g, ' ').replaceAll(/ {4,}/g, '   ')
}
