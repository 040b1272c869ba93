import { createHash, createHmac, randomUUID } from 'node:crypto'
import { sameSecret } from '../../kit/same-secret.ts'

/** The header that tells our letters where a server gives them another Message-ID of its own. */
export const ownHeader = 'X-Parley-Message'

/**
 * A Message-ID of ours: `<{uuid}.{thread}.{seal}@{domain}>`. The thread is `t` and its hash, or `a` and the hex of the address that
 * it is named after, so that an answer finds its way without anything being looked up; the seal is made with the channel's key, so
 * that nobody else can name a thread of ours.
 */
export function newMessageId(key: string, thread: string, domain: string): string {
  const named = `${randomUUID()}.${nameThread(thread)}`
  return `<${named}.${seal(key, named)}@${domain}>`
}

/** The thread that one of our Message-IDs names, with or without its brackets; undefined when it is none of ours. */
export function threadOfOwn(key: string, messageId: string): string | undefined {
  const found = /^<?([0-9a-f-]{36}\.([ta])([0-9a-f]{1,640}))\.([0-9a-f]{20})@/.exec(messageId.trim().toLowerCase())
  if (found === null) return undefined
  const [, named = '', kind, thread = '', given] = found
  if (!sameSecret(given, seal(key, named))) return undefined
  return kind === 't' ? thread : Buffer.from(thread, 'hex').toString()
}

/** All Message-IDs in a text that have the form of ours. */
export function ownLookingIds(text: string): string[] {
  return text.match(/[0-9a-f-]{36}\.[ta][0-9a-f]{1,640}\.[0-9a-f]{20}@[\w.-]+/gi) ?? []
}

/** The thread that begins with a letter, or that has only its subject and people to be known by. */
export function hashOfThread(...words: string[]): string {
  return createHash('sha256').update(words.join('\n')).digest('hex').slice(0, 32)
}

/** Whether a thread is named after the one person that we write to in it, having begun it. */
export function isAddressThread(thread: string): boolean {
  return thread.includes('@')
}

function nameThread(thread: string): string {
  return isAddressThread(thread) ? `a${Buffer.from(thread).toString('hex')}` : `t${thread}`
}

function seal(key: string, named: string): string {
  return createHmac('sha256', key).update(named).digest('hex').slice(0, 20)
}
