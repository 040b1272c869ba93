/** An id as the page serialises it: text, or an object. */
export type RawId = string | { _serialized: string }

/** A message's id as the page serialises it. */
export interface RawKey {
  fromMe: boolean
  remote: RawId
  id: string
  participant?: RawId
  _serialized: string
}

/**
 * A message as the page serialises it and the library hands it on as `rawData`; only what is read here (the library's
 * src/structures/Message.js names most of it).
 */
export interface RawMessage {
  id: RawKey
  type: string
  subtype?: string
  t: number
  from?: RawId
  to?: RawId
  author?: RawId | null
  body?: string
  caption?: string
  notifyName?: string
  isStatusV3?: boolean
  directPath?: string
  mimetype?: string
  filename?: string
  size?: number
  width?: number
  height?: number
  duration?: number | string
  isGif?: boolean
  mentionedJidList?: RawId[]
  quotedStanzaID?: string
  quotedParticipant?: RawId | null
  lat?: number
  lng?: number
  loc?: string
  shareDuration?: number
  vcardList?: { vcard: string }[]
  pollName?: string
  pollOptions?: (string | { name: string })[]
  selectedButtonId?: string
  listResponse?: { singleSelectReply?: { selectedRowId?: string } }
  latestEditMsgKey?: unknown
  latestEditSenderTimestampMs?: number
  protocolMessageKey?: RawKey
}

/** An id as text. */
export const textOf = (id: RawId): string => (typeof id === 'string' ? id : id._serialized)
