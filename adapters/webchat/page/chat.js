import { openComposer } from './composer.js'
import { followThread } from './feed.js'
import { framed, hearWidget, tellWidget } from './frame.js'
import { openLog } from './log.js'
import { openOutbox } from './outbox.js'
import { looks, randomUuid, readDetails, readVisitor } from './visitor.js'
import { language, words } from './words.js'

const root = document.documentElement
const find = (selector) => document.querySelector(selector)
const hookId = root.dataset.hookId
const hookAddress = new URL(`../../hooks/${hookId}`, location.href)
const { keep, authorization } = readVisitor(hookId)

dress()

const log = openLog(
  { root: find('.log'), scroll: find('.scroll'), down: find('.down'), speaker: looks.title },
  {
    press: (message, { label, value }) =>
      write({ answer: { value: value ?? label, label, messageExternalId: message.externalId ?? undefined } }),
    again: (id) => outbox.again(id),
  },
)
const outbox = openOutbox(keep, send, (message, state) => {
  log.show(message, state)
  showNewcomer()
})
const composer = openComposer(find('.composer'), keep, (text) => write({ text }))

let unread = 0
let loaded = false
let open = !framed

followThread(`${hookId}/events`, authorization, {
  message(message) {
    if (message.direction === 'inbound' && message.externalId) outbox.arrived(message.externalId)
    const news = log.tell(message)
    showNewcomer()
    if (news && loaded && !open && message.direction === 'outbound') tellWidget({ unread: ++unread })
  },
  ready() {
    if (!loaded) log.toBottom()
    loaded = true
    // What was said before is not read aloud; what comes from now on is.
    find('.log').ariaLive = 'polite'
    showNewcomer()
    tellWidget({ started: !log.isEmpty() })
  },
  state: showConnection,
})
outbox.resume()
if (!framed && !matchMedia('(pointer: coarse)').matches) composer.focus()

hearWidget((said) => {
  if (said.open === undefined) return
  open = said.open
  if (!open) return
  unread = 0
  log.toBottom()
  composer.focus()
})

tellWidget({ ready: true })

function write(content) {
  outbox.add({ id: randomUuid(), ...content })
  tellWidget({ started: true })
}

/** Hands one message over; the server answers when it is stored for good. */
async function send({ id, text, answer }) {
  const details = JSON.stringify(readDetails())
  const news = details !== keep.get('details')
  try {
    const response = await fetch(hookAddress, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ id, text, answer, details: news ? JSON.parse(details) : undefined }),
      signal: AbortSignal.timeout(20_000),
    })
    if (response.ok) {
      if (news) keep.set('details', details)
      return 'taken'
    }
    console.warn('The chat could not send a message.', response.status, await response.text())
    return response.status >= 500 || [408, 425, 429].includes(response.status) ? 'later' : 'refused'
  } catch {
    return 'later'
  }
}

function dress() {
  root.lang = language
  root.classList.toggle('framed', framed)
  root.style.setProperty('--accent', looks.color)
  root.style.setProperty('--on-accent', onColor(looks.color))
  document.title = looks.title
  find('.title').textContent = looks.title
  for (const avatar of document.querySelectorAll('.avatar')) avatar.textContent = [...looks.title][0].toUpperCase()
  find('.newcomer-title').textContent = looks.title
  find('.newcomer-text').textContent = root.dataset.welcome || words.newcomer
  find('.log').ariaLabel = words.log
  find('.down').ariaLabel = words.down
  const close = find('.close')
  close.ariaLabel = words.close
  close.hidden = !framed
  close.addEventListener('click', () => tellWidget({ close: true }))
  if (framed) document.addEventListener('keydown', (event) => event.key === 'Escape' && tellWidget({ close: true }))
  showConnection('connecting')
}

function showConnection(state) {
  const line = find('.status')
  line.dataset.state = state
  if (line.textContent !== words[state]) line.textContent = words[state]
}

function showNewcomer() {
  find('.newcomer').hidden = !loaded || !log.isEmpty()
}

/** Black or white, whichever reads better on the colour (WCAG 2.2, relative luminance). */
function onColor(color) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.36 ? '#101418' : '#ffffff'
}
