import type { Entity, MediaPart, Part } from '../../../src/conversations/message.ts'
import type { Clock } from '../../../src/platform/clock.ts'

/**
 * What speaks WhatsApp's protocol of linked devices for us. Ids are WhatsApp's own: `15550100@c.us` and `990001@lid` are people,
 * `120363@g.us` is a group; a message's id is the long one, `false_15550100@c.us_3EB0…`.
 */
export interface Engine {
  /** Begins; resolves once it runs, though it may still have to sign in. What happens is told to `on`, nothing more after `stop`. */
  start(on: (event: EngineEvent) => void): Promise<void>
  /** Looks after itself; called every second or two while it runs. */
  tick(): Promise<void>
  /** Ends it; the session is kept. Never throws. */
  stop(): Promise<void>
  /** Ends it, tells WhatsApp that this device is no longer linked where that is possible, and deletes the session. */
  signOut(): Promise<void>
  /** Sends one thing and gives its message id. */
  send(chat: string, what: EngineSend): Promise<string>
  edit(messageId: string, text: string, mentions: string[]): Promise<void>
  /** Takes a message back for everybody. */
  revoke(messageId: string): Promise<void>
  typing(chat: string): Promise<void>
  /** The file of a message; undefined when WhatsApp no longer has it. */
  download(messageId: string): Promise<EngineFile | undefined>
  /** Both ids of a person, as far as WhatsApp tells them. */
  idsOf(user: string): Promise<UserIds>
  /** The id under which a number has WhatsApp; undefined when it has not. */
  registered(user: string): Promise<string | undefined>
  /** What a group is called. */
  titleOf(chat: string): Promise<string | undefined>
  /** Where a person's picture is. */
  pictureOf(user: string): Promise<string | undefined>
  /** What people wrote to us since a moment: for what came in while nobody listened. Oldest first. */
  since(moment: Date): Promise<EngineMessage[]>
  /** Makes a group. The outcomes by the ids that were given. */
  createGroup(title: string, users: string[]): Promise<{ chat: string; outcomes: Record<string, number> }>
  /** A group of this title that our account made after a moment; undefined when there is none. */
  findGroup(title: string, since: Date): Promise<string | undefined>
  addToGroup(chat: string, user: string): Promise<number>
  promote(chat: string, user: string): Promise<void>
  describe(chat: string, description: string): Promise<void>
  setPicture(chat: string, picture: EngineFile): Promise<void>
  inviteLink(chat: string): Promise<string | undefined>
}

/** Makes an engine for one account, with a directory for its session. */
export type EngineFactory = (options: EngineOptions) => Engine

export interface EngineOptions {
  /** The directory that the session is kept in. */
  folder(): Promise<string>
  browserPath: string | undefined
  proxy: string | undefined
  takeOverOnConflict: boolean
  clock: Clock
}

export interface UserIds {
  /** `…@c.us` */
  phone?: string
  /** `…@lid` */
  lid?: string
}

export interface EngineFile {
  data: Uint8Array
  mime: string
  name?: string
}

export type EngineSend = { quoted?: string; mentions?: string[] } & (
  | { what: 'text'; text: string }
  | { what: 'media'; media: MediaPart['media']; file: EngineFile; caption?: string }
  | { what: 'location'; latitude: number; longitude: number; title?: string; address?: string }
  | { what: 'card'; vcard: string }
)

/** A file that a message has, not downloaded yet. */
export type EngineMedia = Omit<MediaPart, 'file' | 'type'>

export interface EngineMessage {
  id: string
  chat: string
  /** Our own account wrote it, here or on the phone. */
  fromMe: boolean
  /** Who wrote it. */
  sender: string
  /** What the sender calls themselves. */
  name?: string
  at: Date
  text: string
  entities?: Entity[]
  parts?: Part[]
  media?: EngineMedia
  /** The people who are called by name in the text, whose mention reads `@<the digits of the id>`. */
  mentions: string[]
  /** The message that this one answers. */
  quoted?: { id: string; sender: string }
  /** It tells of something instead of saying it. */
  notice?: boolean
}

export type EngineEvent =
  /** What the QR code is to hold; a new one follows when it has lapsed. */
  | { type: 'qr'; qr: string }
  /** The code was scanned, or the session counts: the history is being loaded. */
  | { type: 'signed_in' }
  /** It is getting on with that. */
  | { type: 'progress' }
  /** Signed in and able to send; may come again. */
  | { type: 'ready'; me: UserIds; name?: string }
  | { type: 'message'; message: EngineMessage }
  | { type: 'edit'; message: EngineMessage; at: Date }
  | { type: 'revoke'; chat: string; messageId: string; at: Date }
  | { type: 'reaction'; chat: string; messageId: string; sender: string; emoji: string; at: Date }
  | { type: 'ack'; chat: string; messageId: string; status: 'sent' | 'delivered' | 'read' | 'failed' }
  | { type: 'membership'; id: string; chat: string; users: string[]; status: 'member' | 'admin' | 'left'; at: Date }
  | { type: 'title'; id: string; chat: string; title: string; author?: string; at: Date }
  /** Something that it does not understand, as it came. */
  | { type: 'unknown'; what: string; raw: unknown }
  /** Something went wrong inside that may explain what comes later. */
  | { type: 'trouble'; message: string }
  /** It no longer works and wants to be started again. */
  | { type: 'ended'; reason: EndReason; message: string }

export type EndReason =
  /** It broke: start it again. */
  | 'broken'
  /** The QR code was not scanned in time and is not renewed. */
  | 'qr_lapsed'
  /** The same session is open elsewhere. */
  | 'conflict'
  /** The session is no longer valid: the device was removed on the phone. */
  | 'signed_out'
  /** WhatsApp refuses this account or this version. */
  | 'refused'

/** Whether an id is a group's. */
export const isGroup = (chat: string): boolean => chat.endsWith('@g.us')
