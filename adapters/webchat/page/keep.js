/**
 * What the browser remembers for this chat. A browser that forbids it (a frame with third-party storage blocked) gives
 * a memory that lasts as long as the page.
 */
export function openKeep(prefix) {
  const storage = browserStorage() ?? memoryStorage()
  return {
    prefix,
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
      getItem: (key) => storage.getItem(key),
      setItem: (key, value) => storage.setItem(key, value),
      removeItem: (key) => storage.removeItem(key),
      allKeys: () => Object.keys(storage),
    }
  } catch {
    return undefined
  }
}

function memoryStorage() {
  const values = new Map()
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => values.set(key, value),
    removeItem: (key) => values.delete(key),
    allKeys: () => [...values.keys()],
  }
}
