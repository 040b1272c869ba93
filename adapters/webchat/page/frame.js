/** Whether the page stands in the widget's frame. */
export const framed = window.parent !== window

/** What the widget tells by the address of its frame, behind the # (it stays out of logs); nothing in another frame. */
export const fromWidget = new URLSearchParams(framed ? location.hash.slice(1) : '')

/**
 * Tells the widget something: that the page is `{ready: true}`, `{close: true}`, how many messages are `{unread: 2}`,
 * that somebody has `{started: true}` to talk, or what to `{keep: {key, value}}` for it.
 */
export function tellWidget(message) {
  // The site's origin is not known here; what is told concerns nobody but the site that shows the chat.
  if (framed) window.parent.postMessage({ parley: message }, '*')
}

/** Hears the widget: it says `{open: true}`, `{open: false}`, and `{kept: {…}}` when it was asked. */
export function hearWidget(listener) {
  window.addEventListener('message', (event) => {
    if (framed && event.source === window.parent && event.data?.parley) listener(event.data.parley)
  })
}

/**
 * What the widget keeps for a chat that may not store anything itself; nothing in a frame that no widget has made. A widget's answer
 * is waited for, however busy its site is: a chat that went on without it would take its visitor for a new one.
 */
export function loadKept() {
  if (!fromWidget.has('widget')) return {}
  return new Promise((resolve) => {
    hearWidget(({ kept }) => kept && resolve(kept))
    tellWidget({ load: true })
  })
}
