const longestPause = 30_000

/**
 * The messages that the server has not yet acknowledged. Each is kept by the browser until then and sent again, with
 * the same id and in the order they were written, also after a reload.
 * `send(message)` resolves to `taken`, `later` or `refused`; `show(message, state)` hears of each change.
 */
export function openOutbox(keep, send, show) {
  let flushing = false
  let attempts = 0
  let lastAt = 0
  let wakeUp = () => {}
  const refused = new Set()

  function waiting() {
    return keep
      .keys('out:')
      .map((key) => ({ key, message: JSON.parse(keep.get(key)) }))
      .filter(({ message }) => message !== null)
  }

  async function flush() {
    if (flushing) return wakeUp()
    flushing = true
    try {
      await alone(keep, async () => {
        for (let next = first(); next; next = first()) await attempt(next)
      })
    } finally {
      flushing = false
    }
    // Something may have been added between the last look and now.
    if (first()) flush()
  }

  function first() {
    return waiting().find(({ key }) => !refused.has(key))
  }

  async function attempt({ key, message }) {
    const answer = await send(message)
    if (answer === 'taken') {
      attempts = 0
      keep.remove(key)
      show(message, 'sent')
    } else if (answer === 'refused') {
      refused.add(key)
      show(message, 'failed')
    } else {
      show(message, 'retrying')
      const pause = Math.min(longestPause, 1000 * 2 ** attempts++) * (0.75 + Math.random() / 2)
      await new Promise((resolve) => {
        wakeUp = resolve
        setTimeout(resolve, pause)
      })
    }
  }

  window.addEventListener('online', flush)
  // Another tab has written something, and this one may hold the lock.
  window.addEventListener('storage', (event) => event.key?.startsWith(`${keep.prefix}out:`) && flush())

  return {
    /** Shows and sends a message, `{id, text}` or `{id, answer}`. */
    add(content) {
      lastAt = Math.max(Date.now(), lastAt + 1)
      const message = { ...content, at: lastAt }
      keep.set(`out:${String(message.at).padStart(15, '0')}:${message.id}`, JSON.stringify(message))
      show(message, 'sending')
      flush()
    },
    /** Tries once more what the server had refused. */
    again(id) {
      for (const key of refused) if (key.endsWith(id)) refused.delete(key)
      flush()
    },
    /** Forgets a message that stands in the history: its acknowledgement was lost on the way. */
    arrived(id) {
      for (const key of keep.keys('out:')) if (key.endsWith(id)) keep.remove(key)
    },
    /** Shows and sends what a page before this one has left. */
    resume() {
      for (const { message } of waiting()) show(message, 'sending')
      flush()
    },
  }
}

/** Lets one tab of the browser send at a time, where the browser can tell, so that the order holds. */
function alone(keep, work) {
  return keep.shared && navigator.locks ? navigator.locks.request(`${keep.prefix}outbox`, work) : work()
}
