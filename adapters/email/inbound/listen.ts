import { setTimeout as sleep } from 'node:timers/promises'
import type { ImapFlow } from 'imapflow'
import type { ChannelContext } from '../../../src/conversations/channel.ts'
import type { Condition } from '../../../src/conversations/channel-tools.ts'
import { AppError, messageOf } from '../../../src/platform/errors.ts'
import { type MailServer, mailServer } from '../servers/address.ts'
import type { Credentials } from '../servers/credentials.ts'
import { openImap } from '../servers/imap-client.ts'
import { serverError } from '../servers/server-error.ts'
import type { EmailSettings } from '../settings.ts'
import type { ThreadMemory } from '../threads/thread-memory.ts'
import { loopGuard } from './automatic.ts'
import { type ReadBox, readMailbox } from './read-mailbox.ts'
import type { Desk } from './take-letter.ts'

/** How long is waited, in milliseconds. */
export interface Patience {
  /** Between two looks where the server tells nothing by itself; also how late what people sent is seen. */
  lookEvery: number
  /** After a failure, at first; it doubles. */
  firstPause: number
  longestPause: number
}

export const patience: Patience = { lookEvery: 30_000, firstPause: 1_000, longestPause: 300_000 }

/**
 * Reads the mailbox, and what people send from a mail program, until it is stopped: the server tells of news (IMAP IDLE), and is
 * asked every half minute besides. A failure is reported, and tried again after a growing pause. The returned function breaks the
 * waiting off and resolves when nothing is under way any more.
 */
export function startListening(
  context: ChannelContext<EmailSettings>,
  credentials: Credentials,
  memory: ThreadMemory,
  waits: Patience = patience,
): () => Promise<void> {
  const { log, channel } = context
  const { settings } = channel
  const server = mailServer(settings, 'IMAP')
  const isLoop = loopGuard()
  const stop = new AbortController()
  let client: ImapFlow | undefined
  let told = ''
  const ended = listen()

  async function listen(): Promise<void> {
    let pause = waits.firstPause
    while (!stop.signal.aborted) {
      try {
        await tell({ state: 'connecting' })
        client = await openImap(context.http, server, credentials, stop.signal)
        if (stop.signal.aborted) break
        await readOn(client, () => {
          pause = waits.firstPause
        })
      } catch (error) {
        if (stop.signal.aborted) break
        const failure = serverError(server, error)
        const retryInMs = Math.max(pause, failure.retryAfterMs ?? 0)
        log.error({ error: failure, retryInMs }, 'The mailbox cannot be read.')
        await tell({ state: 'failing', error: failure.message })
        client?.close()
        await sleep(retryInMs, undefined, { signal: stop.signal }).catch(() => undefined)
        pause = Math.min(pause * 2, waits.longestPause)
      }
    }
    client?.close()
  }

  /** Reads whatever there is, again and again, while the connection lasts. */
  async function readOn(open: ImapFlow, onRead: () => void): Promise<void> {
    const boxes = await boxesOf(open, settings)
    const desk: Desk = {
      address: settings.address.toLowerCase(),
      key: await memory.key(),
      memory,
      files: context.files,
      maxAttachmentBytes: settings.maxAttachmentBytes,
      isLoop,
    }
    const news = watchNews(open)
    while (!stop.signal.aborted) {
      for (const box of boxes) await inWords(server, box, () => readMailbox(context, open, desk, box, stop.signal))
      await tell({ state: 'working' })
      onRead()
      await news.wait(waits.lookEvery, stop.signal)
    }
  }

  /** Once for each turn: a report is a row in the database. */
  async function tell(condition: Condition): Promise<void> {
    const text = JSON.stringify(condition)
    // Somebody who fails over and over is not told to be connecting in between.
    if (text === told || (condition.state === 'connecting' && told.includes('"failing"'))) return
    told = text
    await context.report(condition).catch((error: unknown) => log.warn({ error }, 'A report was not taken.'))
  }

  return async () => {
    stop.abort()
    client?.close()
    await ended
  }
}

/** What was sent is read first: who answers by hand is to come before the bot does. The mailbox itself stays open for the waiting. */
async function boxesOf(client: ImapFlow, settings: EmailSettings): Promise<ReadBox[]> {
  const inbox: ReadBox = { path: settings.imap.mailbox, box: 'inbox' }
  if (!settings.watchSent) return [inbox]
  const path = settings.imap.sent ?? (await client.list()).find(({ specialUse }) => specialUse === '\\Sent')?.path
  return path === undefined ? [inbox] : [{ path, box: 'sent' }, inbox]
}

/** Tells which mailbox could not be opened; everything else goes on as it was thrown. */
async function inWords(server: MailServer, { path }: ReadBox, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const { responseStatus, responseText } = error as { responseStatus?: string; responseText?: string }
    if (responseStatus !== 'NO' && responseStatus !== 'BAD') throw error
    throw new AppError(
      'unavailable',
      `The IMAP server ${server.host}:${server.port} does not let us read the mailbox "${path}": ${responseText ?? messageOf(error)}`,
      { cause: error },
    )
  }
}

/** Waits for the server to tell of something new in the open mailbox; throws when the connection ends. */
function watchNews(client: ImapFlow): { wait(ms: number, signal: AbortSignal): Promise<void> } {
  let fresh = false
  let failure: Error | undefined
  let wake: (() => void) | undefined
  client.on('exists', () => {
    fresh = true
    wake?.()
  })
  client.on('close', () => {
    failure ??= new AppError('unavailable', 'The connection to the IMAP server was lost.')
    wake?.()
  })
  return {
    async wait(ms, signal) {
      if (!fresh && !failure && !signal.aborted) {
        const idling = client.idle().catch(() => undefined)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
        // The next command ends the waiting; without one a server that cannot tell of news would leave it open.
        if (!failure && !signal.aborted) await client.noop()
        await idling
      }
      fresh = false
      wake = undefined
      if (failure && !signal.aborted) throw failure
    },
  }
}
