import { fromWidget } from './frame.js'
import { openKeep } from './keep.js'

/** What the address of a page of its own may tell. */
const address = new URLSearchParams(location.search)

/** The chat's looks; a site may change title and colour by its widget. */
export const looks = {
  title: fromWidget.get('title') || document.documentElement.dataset.title,
  color: readColor(fromWidget.get('color')) ?? document.documentElement.dataset.color,
}

/** Who writes: the site's signed user, or the secret that this browser made up. `scope` keeps their messages apart. */
export function readVisitor(hookId) {
  const user = signedUser()
  if (user) {
    const keep = openKeep(`parley:${hookId}:user:${user.id}:`)
    return { keep, authorization: `Bearer user.${base64url(new TextEncoder().encode(JSON.stringify(user)))}` }
  }
  const keep = openKeep(`parley:${hookId}:visitor:`)
  let secret = keep.get('secret')
  if (!secret) {
    secret = base64url(crypto.getRandomValues(new Uint8Array(32)))
    keep.set('secret', secret)
  }
  return { keep, authorization: `Bearer visitor.${secret}` }
}

/** What page, site and browser know of the visitor. */
export function readDetails() {
  const value = (name) => fromWidget.get(name) || address.get(name) || undefined
  return {
    name: value('name'),
    email: value('email'),
    phone: value('phone'),
    language: navigator.language,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    trafficSource: value('trafficSource') ?? value('utm_source'),
  }
}

/** A random UUID, also where the page is not served over https and `crypto.randomUUID` is missing. */
export function randomUuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6] & 0x0f) | 0x40
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

function signedUser() {
  const id = fromWidget.get('userId')
  const hash = fromWidget.get('userHash')
  if (!id || !hash) return undefined
  return { id, hash, email: fromWidget.get('email') || undefined, phone: fromWidget.get('phone') || undefined }
}

function readColor(text) {
  return /^#[0-9a-f]{6}$/i.test(text ?? '') ? text : undefined
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}
