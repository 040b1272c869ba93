/** Whether the page stands in the widget's frame. */
export const framed = window.parent !== window

/** Tells the widget something: `{close: true}`, `{unread: 2}`, `{started: true}`. */
export function tellWidget(message) {
  // The site's origin is not known here, and nothing told is a secret.
  if (framed) window.parent.postMessage({ parley: message }, '*')
}

/** Hears the widget: it says `{open: true}` or `{open: false}`. */
export function hearWidget(listener) {
  window.addEventListener('message', (event) => {
    if (framed && event.source === window.parent && event.data?.parley) listener(event.data.parley)
  })
}
