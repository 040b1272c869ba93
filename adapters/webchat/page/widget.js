/*
 * The chat in a site's corner. A site needs this and nothing else:
 *   <script src="https://…/channels/webchat/HOOK/widget.js" async></script>
 * Optional: data-title, data-color (#rrggbb), data-side ("left"), and what the site knows of its user: data-name,
 * data-email, data-phone, data-traffic-source, data-user-id with data-user-hash.
 */
;(() => {
  const script = document.currentScript
  const page = new URL('.', script.src).href.slice(0, -1)
  const storagePrefix = `parley:${page}:`
  const startedKey = `${storagePrefix}started`
  const keptPrefix = `${storagePrefix}kept:`
  const russian = navigator.language.startsWith('ru')
  const words = russian
    ? { open: 'Открыть чат', close: 'Закрыть чат', unread: (count) => `Открыть чат, новых сообщений: ${count}` }
    : { open: 'Open the chat', close: 'Close the chat', unread: (count) => `Open the chat, new messages: ${count}` }
  const color = /^#[0-9a-f]{6}$/i.test(script.dataset.color ?? '') ? script.dataset.color : '{{color}}'

  const host = document.createElement('div')
  const shadow = host.attachShadow({ mode: 'open' })
  const style = new CSSStyleSheet()
  style.replaceSync(css(color, script.dataset.side === 'left' ? 'left' : 'right'))
  shadow.adoptedStyleSheets = [style]
  const button = make('button', { type: 'button', className: 'button' })
  button.append(
    drawing('talk', 'M5 4h14a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-7l-5 4v-4H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2Z'),
    drawing('fold', 'm6 9 6 6 6-6'),
  )
  const badge = make('span', { className: 'badge', hidden: true })
  button.append(badge)
  shadow.append(button)
  let frame
  let listening = false
  label(0)

  button.addEventListener('click', () => toggle(!isOpen()))
  button.addEventListener('pointerenter', load, { once: true })
  window.addEventListener('message', (event) => {
    if (!frame || event.source !== frame.contentWindow || !event.data?.parley) return
    const { ready, close, unread, started, load: asked, keep } = event.data.parley
    if (ready) {
      listening = true
      tell({ open: isOpen() })
    }
    if (asked) tell({ kept: readKept() })
    if (keep) store(keptPrefix + keep.key, keep.value)
    if (close) toggle(false)
    if (unread) label(unread)
    if (started) store(startedKey, 'yes')
  })
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && isOpen()) toggle(false)
  })
  if (document.body) mount()
  else document.addEventListener('DOMContentLoaded', mount)

  function mount() {
    document.body.append(host)
    // Somebody who has talked here before shall see that an answer has come.
    if (stored()[startedKey]) (window.requestIdleCallback ?? setTimeout)(load)
  }

  function load() {
    if (frame) return
    frame = make('iframe', { title: script.dataset.title ?? words.open, className: 'frame', hidden: true })
    frame.src = `${page}#${details()}`
    shadow.prepend(frame)
  }

  function toggle(open) {
    load()
    frame.hidden = !open
    host.classList.toggle('open', open)
    label(0)
    if (!open) button.focus()
    if (listening) tell({ open })
    if (open) frame.focus()
  }

  function tell(message) {
    frame.contentWindow.postMessage({ parley: message }, new URL(page).origin)
  }

  function isOpen() {
    return frame !== undefined && !frame.hidden
  }

  function label(unread) {
    badge.hidden = unread === 0
    badge.textContent = unread > 9 ? '9+' : unread
    button.ariaLabel = isOpen() ? words.close : unread > 0 ? words.unread(unread) : words.open
    button.ariaExpanded = String(isOpen())
  }

  /** After the #, so that it stays out of every log; `widget` says that somebody will answer. */
  function details() {
    const { title, color: given, name, email, phone, userId, userHash, trafficSource } = script.dataset
    const source = trafficSource ?? new URLSearchParams(location.search).get('utm_source')
    const known = { widget: 'yes', title, color: given, name, email, phone, userId, userHash, trafficSource: source }
    return new URLSearchParams(Object.entries(known).filter(([, value]) => value))
  }

  /** What the chat may not keep itself, because browsers forbid storage to another site's frame. */
  function readKept() {
    const kept = Object.entries(stored()).filter(([key]) => key.startsWith(keptPrefix))
    return Object.fromEntries(kept.map(([key, value]) => [key.slice(keptPrefix.length), value]))
  }

  function stored() {
    try {
      return { ...localStorage }
    } catch {
      return {}
    }
  }

  function store(key, value) {
    try {
      if (value === null) localStorage.removeItem(key)
      else localStorage.setItem(key, value)
    } catch {
      // Where the site itself may store nothing, the chat lasts as long as the page.
    }
  }

  function make(tag, properties) {
    return Object.assign(document.createElement(tag), properties)
  }

  function drawing(name, path) {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
    svg.setAttribute('viewBox', '0 0 24 24')
    svg.setAttribute('class', name)
    svg.setAttribute('aria-hidden', 'true')
    const line = document.createElementNS('http://www.w3.org/2000/svg', 'path')
    line.setAttribute('d', path)
    svg.append(line)
    return svg
  }

  function css(accent, side) {
    return `
      :host { all: initial; }
      [hidden] { display: none !important; }
      .button {
        position: fixed; ${side}: 20px; bottom: 20px; z-index: 2147483000; display: grid; place-items: center;
        width: 60px; height: 60px; padding: 0; color: ${ink(accent)}; background: ${accent}; border: 0; border-radius: 50%;
        box-shadow: 0 8px 28px rgb(0 0 0 / 28%); cursor: pointer; transition: transform 0.15s;
      }
      .button:hover { transform: scale(1.05); }
      .button:focus-visible { outline: 3px solid ${accent}; outline-offset: 3px; }
      svg { grid-area: 1 / 1; width: 28px; height: 28px; fill: none; stroke: currentColor; stroke-width: 2;
        stroke-linecap: round; stroke-linejoin: round; transition: opacity 0.15s, transform 0.15s; }
      .fold, :host(.open) .talk { opacity: 0; transform: scale(0.6); }
      :host(.open) .fold { opacity: 1; transform: none; }
      .badge { position: absolute; top: -2px; right: -2px; min-width: 22px; padding: 0 6px; color: #fff;
        font: 600 12px/22px system-ui, sans-serif; text-align: center; background: #d3302f; border-radius: 11px; }
      .frame {
        position: fixed; ${side}: 20px; bottom: 92px; z-index: 2147483000; width: min(390px, calc(100vw - 40px));
        height: min(640px, calc(100dvh - 112px)); border: 0; border-radius: 18px; background: Canvas;
        box-shadow: 0 16px 60px rgb(0 0 0 / 30%); animation: open 0.18s ease-out;
      }
      @keyframes open { from { opacity: 0; transform: translateY(12px); } }
      @media (max-width: 480px) {
        .frame { inset: 0; width: 100%; height: 100dvh; border-radius: 0; }
        :host(.open) .button { display: none; }
      }
      @media (prefers-reduced-motion: reduce) { * { transition: none !important; animation: none !important; } }
      @media print { .button, .frame { display: none; } }`
  }

  /** Dark lines on a light colour, white ones on a dark one. */
  function ink(accent) {
    const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(accent.slice(at, at + 2), 16))
    return red * 0.299 + green * 0.587 + blue * 0.114 > 160 ? '#101418' : '#fff'
  }
})()
