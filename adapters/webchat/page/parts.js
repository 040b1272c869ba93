import { element, icon, link, safeAddress } from './element.js'
import { words } from './words.js'

const pin = 'M12 21s7-6.2 7-11a7 7 0 1 0-14 0c0 4.8 7 11 7 11Zm0-8.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z'
const page = 'M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8Zm0 0v5h5'
const person = 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-8 9c0-4 3.6-6 8-6s8 2 8 6'

const drawers = { media, location, contact }

/** What a part looks like inside the bubble; undefined where it shows nothing there. */
export function partNode(part) {
  return drawers[part.type]?.(part)
}

function media(part) {
  const address = safeAddress(part.file.url ?? '')
  if (!address) return card(page, part.name ?? words.document, undefined)
  if (part.media === 'image' || part.media === 'sticker') return picture(part, address)
  if (part.media === 'animation' && !part.mime?.startsWith('video/')) return picture(part, address)
  if (part.media === 'audio' || part.media === 'voice') return player('audio', part, address, words.audio)
  if (part.media === 'document') return card(page, part.name ?? fileName(address), sizeText(part.size), address)
  return player('video', part, address, words.video)
}

function picture(part, address) {
  const image = element('img', { src: address, alt: part.name ?? words.image, loading: 'lazy', className: part.media })
  // The place is kept free while it loads, so that the conversation does not jump.
  if (part.width && part.height) Object.assign(image, { width: part.width, height: part.height })
  const frame = link(address, { className: 'picture' }, image)
  image.addEventListener('error', () => frame.replaceWith(card(page, part.name ?? words.image, undefined, address)))
  return frame
}

function player(tag, part, address, name) {
  const node = element(tag, { src: address, controls: true, preload: 'metadata', aria: { label: part.name ?? name } })
  node.addEventListener('error', () => node.replaceWith(card(page, part.name ?? name, undefined, address)))
  return node
}

function location(part) {
  const place = `${part.latitude}/${part.longitude}`
  const address = `https://www.openstreetmap.org/?mlat=${part.latitude}&mlon=${part.longitude}#map=16/${place}`
  return card(pin, part.title ?? words.place, part.address ?? place.replace('/', ', '), address)
}

function contact(part) {
  const lines = [
    part.phone && link(`tel:${part.phone}`, {}, part.phone),
    part.email && link(`mailto:${part.email}`, {}, part.email),
  ].filter(Boolean)
  return element(
    'div',
    { className: 'card' },
    icon(person),
    element('span', {}, element('strong', {}, part.name), ...lines),
  )
}

function card(drawing, title, detail, address) {
  const text = element('span', {}, element('strong', {}, title), detail ? element('small', {}, detail) : undefined)
  return address
    ? link(address, { className: 'card' }, icon(drawing), text)
    : element('div', { className: 'card' }, icon(drawing), text)
}

function fileName(address) {
  return decodeName(new URL(address).pathname.split('/').at(-1)) || words.document
}

function decodeName(name) {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

function sizeText(bytes) {
  if (!bytes) return undefined
  const step = Math.min(2, Math.floor(Math.log10(bytes) / 3))
  const unit = ['byte', 'kilobyte', 'megabyte'][step]
  return new Intl.NumberFormat(document.documentElement.lang, {
    style: 'unit',
    unit,
    maximumFractionDigits: bytes / 1000 ** step < 10 && step > 0 ? 1 : 0,
  }).format(bytes / 1000 ** step)
}
