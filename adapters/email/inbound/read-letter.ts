import type { ChannelEvent } from '../../../src/conversations/event.ts'
import { AppError } from '../../../src/platform/errors.ts'
import type { Log } from '../../../src/platform/log.ts'
import type { Letter } from './letter.ts'
import { parseLetter } from './parse-letter.ts'
import { type Desk, type Found, takeLetter, unknownLetter } from './take-letter.ts'

/** How long one letter may be read. */
const readMs = 30_000

/**
 * Makes events of a letter as it lies in the mailbox; one that cannot be read is told by its head, so that it stops nothing and is
 * not lost. Throws only what our own side throws.
 */
export async function readLetter(
  desk: Desk,
  source: Uint8Array,
  found: Found & { cut: boolean },
  log: Log,
): Promise<ChannelEvent[]> {
  let letter: Letter
  try {
    letter = await inTime(parseLetter(source, found.cut))
  } catch (error) {
    log.warn({ error }, 'A letter cannot be read; its head is kept.')
    return unreadable(source, found)
  }
  return takeLetter(desk, letter, found)
}

async function unreadable(source: Uint8Array, found: Found): Promise<ChannelEvent[]> {
  const end = Buffer.from(source.buffer, source.byteOffset, source.byteLength).indexOf('\r\n\r\n')
  const head = source.subarray(0, Math.min(end === -1 ? 20_000 : end, 20_000))
  const empty: Letter = {
    ...{ headers: new Map([['head', Buffer.from(head).toString('latin1')]]), contentType: 'text/plain', subject: '' },
    ...{ inReplyTo: [], references: [], to: [], cc: [], attachments: [], cut: true },
  }
  const letter = await inTime(parseLetter(head)).catch(() => empty)
  return [unknownLetter('a letter that cannot be read', letter, found)]
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AppError('timeout', `Reading took more than ${readMs} ms.`)), readMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
