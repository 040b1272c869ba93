import { element } from './element.js'
import { messageNode, showState } from './message.js'
import { language, words } from './words.js'

/**
 * The conversation on the page: what the server told, in its order, and below it what is still on its way.
 * A message is shown once, whether it was written here or in another tab, however often it is told.
 */
export function openLog({ root, scroll, down, speaker }, { press, again }) {
  const numbers = new Set()
  const arrived = new Set()
  const pending = new Map()
  let lastDay
  let stuck = true

  /** Shows a message of the server's; false when it stands here already. */
  function tell(message) {
    if (numbers.has(message.id)) return false
    numbers.add(message.id)
    const mine = message.direction === 'inbound'
    if (mine && message.externalId) arrived.add(message.externalId)
    const waiting = mine ? pending.get(message.externalId) : undefined
    const node = waiting ?? messageNode(message, speaker, (button, at) => choose(message, button, at))
    if (!node) return false
    if (waiting) settle(message.externalId, waiting)
    else place(node, message.at, firstPending())
    if (mine) markChosen(node, message)
    return true
  }

  /** Shows what became of a message written here. */
  function show(message, state) {
    if (arrived.has(message.id)) return
    let node = pending.get(message.id)
    if (!node) {
      node = messageNode(localMessage(message), speaker)
      pending.set(message.id, node)
      place(node, message.at, null)
      toBottom()
    }
    showState(node, state, () => again(message.id))
  }

  /** Takes a message into the history, above those that are still on their way. */
  function settle(id, node) {
    pending.delete(id)
    showState(node, 'sent')
    const next = firstPending()
    if (next && next.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING) root.insertBefore(node, next)
  }

  function firstPending() {
    return pending.values().next().value ?? null
  }

  function place(node, at, before) {
    const day = new Date(at).toDateString()
    if (day !== lastDay) root.insertBefore(element('p', { className: 'day' }, dayName(new Date(at))), before)
    lastDay = day
    root.insertBefore(node, before)
    if (stuck) toBottom()
    else down.hidden = false
  }

  function choose(message, button, node) {
    if (node.classList.contains('chosen')) return
    node.classList.add('chosen')
    press(message, button)
  }

  /** Marks, after a reload, the button that this answer was. */
  function markChosen(node, message) {
    const answer = message.content.parts?.find((part) => part.type === 'answer')
    if (!answer) return
    const buttons = [...root.querySelectorAll('button.button')].filter(
      (button) =>
        button.dataset.value === answer.value &&
        button.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING,
    )
    buttons.at(-1)?.classList.add('chosen')
  }

  function toBottom() {
    stuck = true
    scroll.scrollTop = scroll.scrollHeight
    down.hidden = true
  }

  down.addEventListener('click', () => {
    toBottom()
    scroll.focus()
  })
  scroll.addEventListener('scroll', () => {
    stuck = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 60
    if (stuck) down.hidden = true
  })
  // A picture that has loaded, or a keyboard that has opened, must not push the newest message out of sight.
  const sizes = new ResizeObserver(() => stuck && toBottom())
  sizes.observe(root)
  sizes.observe(scroll)

  return { tell, show, toBottom, isEmpty: () => numbers.size === 0 && pending.size === 0 }
}

function localMessage({ at, text = '', answer }) {
  const parts = answer ? [{ type: 'answer', ...answer }] : []
  return { direction: 'inbound', at: new Date(at).toISOString(), content: { text, parts } }
}

function dayName(date) {
  const today = new Date()
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1)
  if (date.toDateString() === today.toDateString()) return words.today
  if (date.toDateString() === yesterday.toDateString()) return words.yesterday
  const year = date.getFullYear() === today.getFullYear() ? undefined : 'numeric'
  return new Intl.DateTimeFormat(language, { day: 'numeric', month: 'long', year }).format(date)
}
