import type { MessageEvent } from '../event.ts'
import type { QueuedEvent } from './thread-queue.ts'

/** What is worked on at once: an event, or the parts of an album as one message with the rows they came as. */
export interface JoinedEvent extends QueuedEvent {
  parts: QueuedEvent[]
}

/** How long the first part of an album waits for the others, in milliseconds. */
export const albumHoldMs = 1000

/** Gathers the parts of each album at the place of its first one. */
export function joinAlbums(events: readonly QueuedEvent[]): JoinedEvent[] {
  const albums = new Map<string, JoinedEvent>()
  const joined: JoinedEvent[] = []
  for (const queued of events) {
    const albumId = queued.event.kind === 'message' ? queued.event.message.albumId : undefined
    const album = albumId === undefined ? undefined : albums.get(albumId)
    if (album) {
      album.parts.push(queued)
      album.event = merge(album.event as MessageEvent, queued.event as MessageEvent)
      continue
    }
    const own = { ...queued, parts: [queued] }
    if (albumId !== undefined) albums.set(albumId, own)
    joined.push(own)
  }
  return joined
}

/** The caption may stand at any part of an album. */
function merge(album: MessageEvent, { message }: MessageEvent): MessageEvent {
  const captioned = album.message.text === '' ? message : album.message
  return {
    ...album,
    message: {
      ...album.message,
      text: captioned.text,
      entities: captioned.entities,
      addressesBot: album.message.addressesBot || message.addressesBot,
      parts: [...(album.message.parts ?? []), ...(message.parts ?? [])],
    },
  }
}
