import type { Database } from './database/database.ts'

/** Tells everybody who listens, in this process and in the others, that something may be new. Best effort: who misses one looks again. */
export interface Signals {
  notify(topic: string): void
  /** The same for the other processes alone: this one has done already what is to be done. */
  notifyOthers(topic: string): void
  /** Calls back for one topic; the returned function ends it. */
  subscribe(topic: string, callback: () => void): () => void
  /** Calls back for every topic that begins with a prefix, with what follows it. */
  onTopics(prefix: string, callback: (rest: string) => void): void
  close(): void
}

/** Topics for other processes are gathered so long, in milliseconds: a busy process tells of each at most fifty times a second. */
const gatherMs = 20
/** https://www.postgresql.org/docs/current/sql-notify.html: a payload is shorter than 8000 bytes. */
const longestTopic = 500

/** Signals over the database's own; `process` names this process, so that it does not hear itself. `onGap` is called after a lost connection. */
export async function openSignals(db: Database, process: string, onGap: () => void): Promise<Signals> {
  const subscribers = new Map<string, Set<() => void>>()
  const prefixes: { prefix: string; callback: (rest: string) => void }[] = []
  const outgoing = new Set<string>()
  let timer: NodeJS.Timeout | undefined

  const emit = (topic: string): void => {
    for (const callback of subscribers.get(topic) ?? []) callback()
    for (const { prefix, callback } of prefixes) if (topic.startsWith(prefix)) callback(topic.slice(prefix.length))
  }
  const flush = (): void => {
    timer = undefined
    const topics = [...outgoing]
    outgoing.clear()
    for (const topic of topics) void db.notify(`${process} ${topic}`).catch(() => undefined)
  }
  const notifyOthers = (topic: string): void => {
    if (db.kind !== 'postgres' || topic.length > longestTopic) return
    outgoing.add(topic)
    timer ??= setTimeout(flush, gatherMs)
  }
  if (db.kind === 'postgres') {
    await db.listen((payload) => {
      const space = payload.indexOf(' ')
      if (payload.slice(0, space) !== process) emit(payload.slice(space + 1))
    }, onGap)
  }

  return {
    notify(topic) {
      emit(topic)
      notifyOthers(topic)
    },
    notifyOthers,
    subscribe(topic, callback) {
      const callbacks = subscribers.get(topic) ?? new Set()
      subscribers.set(topic, callbacks)
      callbacks.add(callback)
      return () => {
        callbacks.delete(callback)
        if (callbacks.size === 0) subscribers.delete(topic)
      }
    },
    onTopics(prefix, callback) {
      prefixes.push({ prefix, callback })
    },
    close() {
      clearTimeout(timer)
      subscribers.clear()
      prefixes.length = 0
    },
  }
}
