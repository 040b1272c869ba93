import { element, link } from './element.js'
import { partNode } from './parts.js'
import { textNodes } from './text.js'
import { language, words } from './words.js'

const clock = new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit' })

/**
 * A message of the thread as a node: a bubble, and under it the buttons. Undefined when there is nothing to show.
 * `speaker` names the other side; `press(button, node)` hears of a pressed button.
 */
export function messageNode(message, speaker, press) {
  const mine = message.direction === 'inbound'
  const bubble = bubbleNode(message, mine ? words.you : speaker)
  const rows = mine
    ? []
    : (message.content.parts ?? []).filter((part) => part.type === 'buttons').flatMap((part) => part.rows)
  if (!bubble && rows.length === 0) return undefined
  const node = element('div', { className: `message ${mine ? 'mine' : 'theirs'}` }, bubble)
  if (rows.length > 0) node.append(buttonsNode(rows, press))
  return node
}

/** Tells under a message of one's own what became of it: `sending`, `sent`, `retrying` or `failed`. */
export function showState(node, state, again) {
  node.querySelector('.state')?.remove()
  node.dataset.state = state
  if (state === 'sent') return
  const text = { sending: words.sending, retrying: words.retrying, failed: words.failed }[state]
  const line = element('p', { className: 'state' }, text)
  if (state === 'failed') {
    line.append(' ', element('button', { type: 'button', className: 'again', onclick: again }, words.again))
  }
  node.append(line)
}

function bubbleNode({ content, direction, at }, speaker) {
  const parts = content.parts ?? []
  const answer = parts.find((part) => part.type === 'answer')
  const text = content.text || answer?.label || answer?.value || ''
  // What site or page know of the visitor goes along as a card for the operators.
  const shown = parts.filter((part) => !(direction === 'inbound' && part.type === 'contact'))
  const nodes = shown.map(partNode).filter(Boolean)
  if (!text && nodes.length === 0) {
    if (!shown.some((part) => part.type === 'poll' || part.type === 'unsupported')) return undefined
    nodes.push(element('em', {}, words.unsupported))
  }
  const time = element(
    'time',
    { dateTime: at, title: new Date(at).toLocaleString(language) },
    clock.format(new Date(at)),
  )
  const body = text ? element('div', { className: 'text' }, ...textNodes(text, content.entities)) : undefined
  return element(
    'div',
    { className: 'bubble' },
    element('span', { className: 'unseen' }, `${speaker}: `),
    ...nodes,
    body,
    time,
  )
}

function buttonsNode(rows, press) {
  const group = element('div', { className: 'buttons', role: 'group', aria: { label: words.choices } })
  for (const row of rows) group.append(element('div', { className: 'row' }, ...row.map(buttonNode)))
  return group

  function buttonNode(button) {
    if (button.url) return link(button.url, { className: 'button' }, button.label) ?? ''
    const node = element('button', {
      type: 'button',
      className: 'button',
      data: { value: button.value ?? button.label },
    })
    node.append(button.label)
    node.addEventListener('click', () => press(button, node))
    return node
  }
}
