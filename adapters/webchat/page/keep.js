import { loadKept, tellWidget } from './frame.js'

/**
 * Where the chat is kept. Many browsers forbid storage to a frame on another site: then the widget keeps it with the
 * site's own. Where nobody can, it lasts as long as the page.
 */
const storage = browserStorage() ?? mapStorage(await loadKept())

/** What the browser remembers under a prefix. */
export function openKeep(prefix) {
  return {
    prefix,
    /** Whether the browser's other tabs see the same at once. */
    shared: storage.shared,
    get: (key) => storage.getItem(prefix + key),
    set(key, value) {
      try {
        storage.setItem(prefix + key, value)
      } catch (error) {
        // A full storage must not stop the conversation.
        console.warn('The chat could not be kept over a reload.', error)
      }
    },
    remove: (key) => storage.removeItem(prefix + key),
    /** The keys that begin so, in their order. */
    keys: (start) =>
      storage
        .allKeys()
        .filter((key) => key.startsWith(prefix + start))
        .map((key) => key.slice(prefix.length))
        .sort(),
  }
}

function browserStorage() {
  try {
    const storage = window.localStorage
    const probe = 'parley:probe'
    storage.setItem(probe, '')
    storage.removeItem(probe)
    return {
      shared: true,
      getItem: (key) => storage.getItem(key),
      setItem: (key, value) => storage.setItem(key, value),
      removeItem: (key) => storage.removeItem(key),
      allKeys: () => Object.keys(storage),
    }
  } catch {
    return undefined
  }
}

function mapStorage(kept) {
  const values = new Map(Object.entries(kept))
  return {
    shared: false,
    getItem: (key) => values.get(key) ?? null,
    setItem(key, value) {
      values.set(key, value)
      tellWidget({ keep: { key, value } })
    },
    removeItem(key) {
      values.delete(key)
      tellWidget({ keep: { key, value: null } })
    },
    allKeys: () => [...values.keys()],
  }
}
