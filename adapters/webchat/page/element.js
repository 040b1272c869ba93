/** Makes an element with its properties (`data` and `aria` are spread) and children; texts stay texts. */
export function element(tag, { data = {}, aria = {}, ...properties } = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties)
  Object.assign(node.dataset, data)
  for (const [name, value] of Object.entries(aria)) node.setAttribute(`aria-${name}`, value)
  node.append(...children.filter((child) => child !== undefined && child !== ''))
  return node
}

/** A link that leaves the chat open; undefined where the address is none that a chat should open. */
export function link(address, properties, ...children) {
  const href = safeAddress(address)
  return href && element('a', { href, target: '_blank', rel: 'noopener noreferrer', ...properties }, ...children)
}

/** The address when it is of the web, mail or phone; never a script. */
export function safeAddress(address) {
  const url = URL.canParse(address) ? new URL(address) : undefined
  return url && ['http:', 'https:', 'mailto:', 'tel:'].includes(url.protocol) ? url.href : undefined
}

/** A drawing of 24 by 24 made of strokes. */
export function icon(path) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  line.setAttribute('d', path)
  svg.append(line)
  return svg
}
