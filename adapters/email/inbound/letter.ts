/** Somebody in the head of a letter; the address in lower case. */
export interface Correspondent {
  name?: string
  address: string
}

export interface Attachment {
  name?: string
  mime: string
  content: Uint8Array
  /** By what the HTML calls it, without brackets. */
  cid?: string
  /** It is not the sender's file but belongs to the text: a picture in it. */
  inline: boolean
}

/** A letter, read. */
export interface Letter {
  /** Header lines as they came, unfolded, by lower-cased name; of several with one name the first counts. */
  headers: ReadonlyMap<string, string>
  contentType: string
  /** With its angle brackets. */
  messageId?: string
  inReplyTo: string[]
  /** Oldest first. */
  references: string[]
  from?: Correspondent
  replyTo?: Correspondent
  to: Correspondent[]
  cc: Correspondent[]
  subject: string
  /** When it says that it was written. */
  date?: Date
  text?: string
  html?: string
  attachments: Attachment[]
  /** It was longer than what is read of a letter: its end is missing. */
  cut: boolean
}
