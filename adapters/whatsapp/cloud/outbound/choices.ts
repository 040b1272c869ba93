import type { Button } from '../../../../src/conversations/message.ts'

/** How buttons are shown; `lines` go under the text, for what the form has no place for. */
export interface Choices {
  /** What hangs on the message; absent when all of it became text. */
  interactive?: { type: 'button' | 'list' | 'cta_url'; action: Record<string, unknown> }
  lines: string[]
}

/**
 * The best form for rows of buttons: up to three short choices are buttons, up to ten a list, more are numbered text, whose
 * numbers are understood as answers. One address alone becomes a button; beside choices addresses are text. The limits are
 * those of developers.facebook.com/documentation/business-messaging/whatsapp/messages/interactive-list-messages and its sisters.
 */
export function choicesOf(rows: Button[][], listButton: string): Choices {
  const buttons = rows.flat()
  const choices = buttons.filter((button) => button.url === undefined)
  const links = buttons.filter((button) => button.url !== undefined)
  const [link] = links
  if (choices.length === 0 && link && links.length === 1) {
    const parameters = { display_text: shorten(link.label, 20), url: link.url }
    return { interactive: { type: 'cta_url', action: { name: 'cta_url', parameters } }, lines: [] }
  }
  const lines = links.map(({ label, url }) => `${label}: ${url}`)
  const ids = choices.map(idOf)
  const distinct = new Set(ids).size === ids.length
  if (choices.length === 0) return { lines }
  if (choices.length <= 3 && distinct && fits(choices, ids, 20, 256)) {
    const shown = choices.map(({ label }, index) => ({ type: 'reply', reply: { id: ids[index], title: label } }))
    return { interactive: { type: 'button', action: { buttons: shown } }, lines }
  }
  if (choices.length <= 10 && distinct && ids.every((id) => id.length <= 200)) {
    const shown = choices.map(({ label }, index) => ({
      id: ids[index],
      title: shorten(label, 24),
      ...(label.length > 24 && { description: shorten(label, 72) }),
    }))
    return { interactive: { type: 'list', action: { button: listButton, sections: [{ rows: shown }] } }, lines }
  }
  return { lines: [...choices.map(({ label }, index) => `${index + 1}. ${label}`), ...lines] }
}

/** What a choice answers with. */
function idOf({ label, value }: Button): string {
  return value === undefined || value === '' ? label : value
}

/** Buttons of one message need different titles. */
function fits(choices: Button[], ids: string[], titleLength: number, idLength: number): boolean {
  const titles = choices.map(({ label }) => label)
  return (
    new Set(titles).size === titles.length &&
    titles.every((title) => title.length <= titleLength) &&
    ids.every((id) => id.length <= idLength)
  )
}

function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1).trimEnd()}…` : text
}
