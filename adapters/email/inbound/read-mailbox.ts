import type { ImapFlow, MailboxObject } from 'imapflow'
import type { ChannelContext } from '../../../src/conversations/channel.ts'
import type { ChannelEvent } from '../../../src/conversations/event.ts'
import type { EmailSettings } from '../settings.ts'
import { maxLetterBytes } from './parse-letter.ts'
import { type Place, readPlace, writePlace } from './place.ts'
import { readLetter } from './read-letter.ts'
import type { Desk } from './take-letter.ts'

/** A mailbox that is read from where the last reading ended. */
export interface ReadBox {
  /** Its name on the server. */
  path: string
  box: 'inbox' | 'sent'
}

/** How many letters are handed over in one go. */
const batch = 20
/** When numbers are given anew, letters are looked at again from so long before the last one; those known already change nothing. */
const overlapMs = 3 * 86_400_000

/**
 * Hands over what has come into a mailbox since the last time, oldest first, and notes the place after each batch was stored. Nothing
 * is marked on the server unless the settings say so. Leaves the mailbox open.
 */
export async function readMailbox(
  context: ChannelContext<EmailSettings>,
  client: ImapFlow,
  desk: Desk,
  { path, box }: ReadBox,
  signal: AbortSignal,
): Promise<void> {
  const { settings } = context.channel
  const mailbox = await client.mailboxOpen(path, { readOnly: !(settings.markSeen && box === 'inbox') })
  let place = await findPlace(context, mailbox, box)
  const found = await client.search(
    { uid: `${place.lastUid + 1}:*`, ...(place.since !== undefined && { since: new Date(place.since) }) },
    { uid: true },
  )
  const top = Math.max(place.lastUid, ...(found || []))
  const uids = (found || []).filter((uid) => uid > place.lastUid).sort((one, other) => one - other)
  for (let index = 0; index < uids.length; index += batch) {
    const numbers = uids.slice(index, index + batch)
    const events: ChannelEvent[] = []
    for (const uid of numbers) {
      if (signal.aborted) return
      events.push(...(await fetchLetter(context, client, desk, uid, box)))
    }
    if (events.length > 0) await context.receive(events)
    place = { ...place, lastUid: numbers.at(-1)!, at: context.clock.now().toISOString() }
    await writePlace(context.state, box, place)
    if (settings.markSeen && box === 'inbox') await client.messageFlagsAdd(numbers, ['\\Seen'], { uid: true })
  }
  if (place.since === undefined) return
  const { since: _, ...done } = place
  await writePlace(context.state, box, { ...done, lastUid: Math.max(top, mailbox.uidNext - 1) })
}

/** Where to go on; noted at once when it is new, so that what comes from now on counts as new whatever happens. */
async function findPlace(
  { state, clock, log, channel: { settings } }: ChannelContext<EmailSettings>,
  mailbox: MailboxObject,
  box: string,
): Promise<Place> {
  const known = await readPlace(state, box)
  const uidValidity = String(mailbox.uidValidity)
  if (known?.uidValidity === uidValidity) return known
  const at = clock.now().toISOString()
  const end = settings.readFromStart ? 0 : Math.max(0, mailbox.uidNext - 1)
  const since = known && (known.since ?? new Date(new Date(known.at).getTime() - overlapMs).toISOString())
  const place: Place =
    since === undefined ? { uidValidity, lastUid: end, at } : { uidValidity, lastUid: 0, at: known?.at ?? at, since }
  if (known) log.warn({ box, since }, 'The mail server has numbered its letters anew; the latest are looked at again.')
  await writePlace(state, box, place)
  return place
}

async function fetchLetter(
  context: ChannelContext<EmailSettings>,
  client: ImapFlow,
  desk: Desk,
  uid: number,
  box: 'inbox' | 'sent',
): Promise<ChannelEvent[]> {
  const query = { size: true, internalDate: true, source: { start: 0, maxLength: maxLetterBytes } }
  const fetched = await client.fetchOne(String(uid), query, { uid: true })
  // It may have been taken away meanwhile.
  if (!fetched || fetched.source === undefined) return []
  const came = fetched.internalDate === undefined ? undefined : new Date(fetched.internalDate)
  const at = came && Number.isFinite(came.getTime()) ? came : context.clock.now()
  const cut = (fetched.size ?? 0) > fetched.source.byteLength && fetched.source.byteLength >= maxLetterBytes
  return readLetter(desk, fetched.source, { box, at, cut }, context.log)
}
