import { createHash } from 'node:crypto'
import type { ChannelEvent, UnknownEvent } from '../../../../src/conversations/event.ts'
import type { Change, ChangeValue, Payload } from '../payload.ts'
import { echoEvent } from './echo.ts'
import { messageEvent } from './message.ts'
import { statusEvents } from './status.ts'

/** Bytes of JSON up to which something unknown is kept whole: a history comes in large pieces. */
const keptBytes = 64 * 1024

/**
 * What a post of the vendor is in the unified model; pure. What belongs to another number is left out, what nobody has told us of is
 * kept as `unknown`, with `now` where it has no time.
 */
export function eventsOf(payload: Payload, phoneNumberId: string, now: Date): ChannelEvent[] {
  const entries = Array.isArray(payload.entry) ? payload.entry : []
  const changes = entries.flatMap((entry) => (Array.isArray(entry?.changes) ? entry.changes : []))
  if (changes.length === 0) return [unknownEvent(payload.object ?? 'empty payload', payload, now)]
  return changes.flatMap((change) => changeEvents(change, phoneNumberId, now))
}

function changeEvents(change: Change, phoneNumberId: string, now: Date): ChannelEvent[] {
  const { field = 'messages', value } = change ?? {}
  const number = value?.metadata?.phone_number_id
  if (number !== undefined && String(number) !== phoneNumberId) return []
  if (typeof value !== 'object' || value === null) return [unknownEvent(field, change, now)]
  if (field === 'messages') return messagesEvents(value, now)
  if (field === 'smb_message_echoes' || field === 'message_echoes') {
    const echoes = listOf(value.message_echoes)
    return echoes.map((echo) => known(`${field} ${echo?.type}`, echo, now, () => echoEvent(echo)))
  }
  return [unknownEvent(field, change, now)]
}

function messagesEvents(value: ChangeValue, now: Date): ChannelEvent[] {
  const messages = listOf(value.messages).map((message) =>
    known(message?.type ?? 'message', message, now, () => messageEvent(message, value)),
  )
  const statuses = listOf(value.statuses).flatMap((status): ChannelEvent[] => {
    try {
      return statusEvents(status, value) ?? [unknownEvent(`status ${status?.status}`, status, now)]
    } catch {
      return [unknownEvent(`status ${status?.status}`, status, now)]
    }
  })
  const errors = listOf(value.errors).map((error) => unknownEvent(`error ${error?.code}`, error, now))
  const events = [...messages, ...statuses, ...errors]
  return events.length > 0 ? events : [unknownEvent('messages', value, now)]
}

/** A payload that lacks what its kind always has is kept as well, instead of being sent to us again and again. */
function known(what: string, raw: unknown, now: Date, make: () => ChannelEvent | undefined): ChannelEvent {
  try {
    return make() ?? unknownEvent(what, raw, now)
  } catch {
    return unknownEvent(what, raw, now)
  }
}

/** Known by its content, so that the same thing is kept once. */
function unknownEvent(what: string, raw: unknown, now: Date): UnknownEvent {
  const json = JSON.stringify(raw)
  const digest = createHash('sha256').update(json).digest('hex').slice(0, 32)
  return {
    kind: 'unknown',
    externalId: `unknown:${digest}`,
    thread: { id: 'unknown', kind: 'direct' },
    at: now.toISOString(),
    what,
    raw: json.length <= keptBytes ? raw : { cut: true, bytes: json.length, begins: json.slice(0, 2000) },
  }
}

function listOf<Item>(list: Item[] | undefined): Item[] {
  return Array.isArray(list) ? list : []
}
