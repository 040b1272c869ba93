import type { SignInState } from './channel-tools.ts'
import type { Identity } from './message.ts'

/** One step of signing in to an account. */
export type SignInStep =
  | { do: 'start'; by: 'phone'; phone: string }
  | { do: 'start'; by: 'qr' }
  | { do: 'code'; code: string }
  | { do: 'password'; password: string }
  | { do: 'sign_out' }

/** Signing in to an account that has no token. */
export interface SignInSource {
  /** Does one step, where the channel is listened to, and tells what is to be done next. Throws `invalid` for a wrong code or password. */
  step(step: SignInStep): Promise<SignInState>
}

/** Somebody to be brought into a group. */
export interface Invited {
  role: 'client' | 'manager' | 'bot'
  /** What the person is called, for reports. */
  name: string
  /** The surest first. */
  identities: Identity[]
}

export interface GroupRequest {
  title: string
  description?: string
  /** A kept file. */
  picture?: string
  people: Invited[]
}

/** How far the making of a group came: what is noted here is not done again. */
export interface GroupProgress {
  /** The external id of the group's thread, once it was made. */
  thread?: string
  link?: string
  described?: boolean
  pictured?: boolean
  /** By place in the request's `people`: brought in, or why not. */
  people: Record<
    number,
    | {
        added: true
        admin?: true /** Under which a bot sees the group, where that is another thread. */
        thread?: string
      }
    | {
        added: false
        why: string
        /** The account cannot write to them either: the link has to go by another channel. */
        unreachable?: true
      }
  >
  /** What the adapter itself has to remember. */
  own?: Record<string, unknown>
}

export interface MadeGroup {
  thread: string
  title: string
  /** Leads into the group; absent where the vendor gave none. */
  link?: string
  people: GroupProgress['people']
}

/** Makes groups. */
export interface GroupCreator {
  /**
   * Makes a group and brings people into it one by one. Called again with the `progress` that was saved last when the
   * process died or an attempt failed as retryable: it goes on from there and never makes a second group.
   */
  createGroup(
    request: GroupRequest,
    progress: GroupProgress,
    save: (progress: GroupProgress) => Promise<void>,
  ): Promise<MadeGroup>
}

/** A text that the vendor has approved. */
export interface MessageTemplate {
  name: string
  language: string
  category: string
  status: string
  /** Its text with gaps, `Hello {{1}}`. */
  text: string
  /** The names of its gaps, or their numbers from `1`. */
  variables: string[]
  header?: 'text' | 'image' | 'video' | 'document' | 'location'
  footer?: string
  buttons?: { type: string; label: string; hasVariable: boolean }[]
}

export interface TemplateSource {
  /** All templates of the account, as the vendor has them now. */
  listTemplates(): Promise<MessageTemplate[]>
}

export interface CallRequest {
  /** E.164, or an internal number of the server. */
  phone: string
  /** `host` or `host:port`, of a driver that takes one. */
  sipServer?: string
  /** By name: `transport`, `timeout`, `from`, `user`, `password`, `maxduration`. */
  sipParameters: Record<string, string>
  /** What is said once the call is answered, in this order where both are given. */
  say?: { text: string; language?: string; voice?: string }
  /** A kept file or an address, to be played. */
  play?: { kept: string } | { url: string }
  /** How many digits to wait for after that, at most, and for how many seconds; absent when none. */
  digits?: { max: number; seconds: number }
  record: boolean
  /** Seconds for which it may ring. */
  ringSeconds: number
  /** Seconds after which it ends at the latest. */
  maxSeconds: number
}

export interface CallPlacer {
  /** A second call with the same `key` is never placed, so that asking again after a crash is safe. */
  refusesSecond?: boolean
  /**
   * Places a call and gives the vendor's id of it, which is the external id of its thread; what becomes of it comes as events
   * of that thread. `key` names the call for the vendor, where it can refuse a second one.
   */
  placeCall(request: CallRequest, key: string): Promise<{ thread: string }>
}
