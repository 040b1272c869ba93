const shortestPause = 500
const longestPause = 15_000
/** The server says something every 15 seconds; a connection that is silent for longer is dead. */
const silence = 40_000
/** A page that nobody sees gives its connection back: a browser has few of them. */
const hiddenFor = 60_000

/**
 * Follows the thread's server-sent events, for as long as the page lives: from the last message seen, again and again.
 * `fetch` and not `EventSource`, because it can carry the visitor's secret in a header and notices a dead connection.
 * `hear` has `message(message)`, `ready()` and `state('connecting' | 'online' | 'offline' | 'refused')`.
 */
export function followThread(url, authorization, hear) {
  let last = 0
  let failures = 0
  let connection = new AbortController()
  let wakeUp = () => {}
  let hiding

  document.addEventListener('visibilitychange', () => {
    clearTimeout(hiding)
    if (document.hidden) hiding = setTimeout(() => connection.abort(), hiddenFor)
    else wakeUp()
  })
  window.addEventListener('online', () => wakeUp())
  window.addEventListener('offline', () => connection.abort())
  // A page with an open connection could not be kept for "back".
  window.addEventListener('pagehide', () => connection.abort())
  window.addEventListener('pageshow', () => wakeUp())

  async function run() {
    for (;;) {
      connection = new AbortController()
      await connect().catch(() => hear.state('offline'))
      await pause()
    }
  }

  async function connect() {
    const alarm = watchdog(() => connection.abort())
    try {
      const response = await fetch(`${url}?after=${last}`, {
        headers: { authorization, accept: 'text/event-stream' },
        cache: 'no-store',
        signal: connection.signal,
      })
      if (!response.ok) return hear.state([401, 403, 404].includes(response.status) ? 'refused' : 'offline')
      failures = 0
      hear.state('online')
      await readEvents(response.body, alarm.feed, take)
      hear.state('connecting')
    } finally {
      alarm.stop()
    }
  }

  function take(event) {
    if (event.event === 'ready') hear.ready()
    if (event.event !== 'message') return
    last = Number(event.id)
    hear.message(JSON.parse(event.data))
  }

  function pause() {
    const delay = Math.min(longestPause, shortestPause * 2 ** failures++) * (0.75 + Math.random() / 2)
    return new Promise((resolve) => {
      wakeUp = () => {
        if (!document.hidden) resolve()
      }
      setTimeout(wakeUp, delay)
    })
  }

  run()
}

/** Reads server-sent events (html.spec.whatwg.org, 9.2.6) as the server writes them: with line feeds. */
async function readEvents(body, onChunk, take) {
  let rest = ''
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    onChunk()
    const blocks = (rest + value).split('\n\n')
    rest = blocks.pop()
    for (const block of blocks) take(readEvent(block))
  }
}

function readEvent(block) {
  const event = {}
  for (const line of block.split('\n')) {
    const colon = line.indexOf(': ')
    if (colon > 0) event[line.slice(0, colon)] = line.slice(colon + 2)
  }
  return event
}

function watchdog(bark) {
  let timer = setTimeout(bark, silence)
  return {
    feed() {
      clearTimeout(timer)
      timer = setTimeout(bark, silence)
    },
    stop: () => clearTimeout(timer),
  }
}
