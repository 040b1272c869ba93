import type { ZodObject } from 'zod'
import type { HookRequest, HookResponse } from '../conversations/channel.ts'
import type { Clock } from '../platform/clock.ts'
import type { AppError } from '../platform/errors.ts'
import type { Log } from '../platform/log.ts'
import type { SafeHttp } from '../platform/safe-http/safe-http.ts'
import type { RateLimit } from '../platform/shared-limit/rate-slots.store.ts'

/** What is exchanged with another CRM. */
export type CrmEntity = 'contact' | 'deal' | 'note' | 'task'

/**
 * A value of a field in the form that every CRM's adapter understands: text, number, yes/no, titles of choices; dates as `2026-11-30`,
 * moments as ISO 8601 in UTC, a field that holds several phones or e-mails as their list. Null: there is none.
 */
export type CrmValue = string | number | boolean | string[] | null

export type CrmFieldType =
  | 'text'
  | 'number'
  | 'date'
  | 'datetime'
  | 'choice'
  | 'choices'
  | 'boolean'
  | 'phone'
  | 'email'
  | 'link'
  | 'address'

/**
 * A field of a deal or contact there. The keys of what nearly every CRM has are the same for all: `name`, `budget`, `stage` (`pipeline
 * id/stage id`) and `responsible` (a user's id) of deals; `name`, `first_name`, `last_name`, `phone`, `email` and `responsible` of contacts.
 * Notes have `text`; tasks have `text`, `due_at`, `done` and `responsible`. Other keys are the adapter's.
 */
export interface CrmField {
  key: string
  title: string
  type: CrmFieldType
  /** The titles that a choice has. */
  choices?: string[]
  /** It holds several values (phones, e-mails), written and read as a list. */
  multiple?: boolean
  /** Kinds that its values may be marked with (`WORK`, `MOB`), the usual one first: `key:KIND` names the field with that kind. */
  variants?: string[]
  /** The longest text that it holds, in characters. */
  maxLength?: number
  /** Of a number: it holds no fractions. */
  whole?: boolean
  /** It can be read only. */
  readOnly?: boolean
}

export interface CrmPipeline {
  id: string
  name: string
  stages: { id: string; name: string; type: 'open' | 'won' | 'lost' }[]
}

export interface CrmUser {
  id: string
  name: string
  email?: string
}

/** What an account has to choose from. */
export interface CrmLists {
  pipelines: CrmPipeline[]
  users: CrmUser[]
  fields: { contact: CrmField[]; deal: CrmField[] }
}

/** What stands there. */
export interface CrmRecord {
  entity: CrmEntity
  id: string
  values: Record<string, CrmValue>
  /** Of contacts and deals. */
  tags: string[]
  /** When it was changed last, by the other CRM's clock. */
  updatedAt: Date
  /** Of a deal: its contacts, the main one first. */
  contactIds?: string[]
  /** Of a contact or deal, where the CRM has a field for it: the marker that it was made with. */
  marker?: string
  /** Of a note or task: what it hangs on. */
  on?: { entity: 'contact' | 'deal'; id: string }
}

/** One thing to write. */
export interface CrmWrite {
  /** Ours for what is written: kept in a field of a new record, so that it is found again when the answer was lost. */
  marker: string
  /** What is changed; a new record where it is absent. */
  id?: string
  /** By key of the field: only what is to be written. Null empties a field. */
  values: Record<string, CrmValue>
  addTags?: string[]
  removeTags?: string[]
  /** Of a new deal: its contact, which is there already, or is made with it where the CRM can ({@link CrmAbilities.dealsWithContacts}). */
  contact?: { id: string } | { make: CrmWrite }
  /** Of a new note or task: what it hangs on. */
  on?: { entity: 'contact' | 'deal'; id: string }
}

/** What became of one thing. */
export type CrmWritten =
  | {
      ok: true
      id: string
      /** Of a new deal that took its contact with it. */
      contactId?: string
      updatedAt: Date
    }
  /** This one was refused, whatever became of the others; nothing of it was written. */
  | { ok: false; error: AppError }

/** Something whose making got no answer. */
export interface CrmMark {
  marker: string
  /** Of a deal that was made with its contact: the contact's marker. */
  contactMarker?: string
  /** Of a note or task: what it hangs on. */
  on?: { entity: 'contact' | 'deal'; id: string }
}

/** The other CRM tells that something changed; what it is now is read anew. */
export interface CrmHeard {
  entity: CrmEntity
  id: string
  deleted?: boolean
  /** Of a note or task, where it is told: what it hangs on. */
  on?: { entity: 'contact' | 'deal'; id: string }
}

/** What an account can do. */
export interface CrmAbilities {
  /** The most that one write may hold. */
  batch: number
  dealsWithContacts: boolean
  tags: boolean
  notes: boolean
  tasks: boolean
  /** It tells us of changes, by its hook. */
  hooks: boolean
  /** Its search finds what was made only after so many milliseconds; at once when absent. */
  settleMs?: number
  /** How far its clock may be behind ours, in milliseconds, rounding included; where it is absent, five minutes are reckoned with. */
  clockMarginMs?: number
}

/**
 * One connected account of another CRM. Every call waits for its turn under the vendor's limits and is ended by `signal`. It throws
 * AppErrors: `rate_limited` with `retryAfterMs` where the vendor wants rest (429 and the like), `unauthenticated` when the account has to be
 * connected again, `forbidden` and `invalid` where repeating helps nothing. `unavailable` and `timeout` of a write leave open whether it was done.
 */
export interface CrmAdapter {
  abilities(): CrmAbilities
  /** Checks the account, makes the fields for our markers, has its hook sent to us, and tells what it is called. May be repeated. */
  connect(signal: AbortSignal): Promise<{ account: string }>
  /** Takes back what {@link connect} asked of the vendor. */
  disconnect(signal: AbortSignal): Promise<void>
  lists(signal: AbortSignal): Promise<CrmLists>
  /** Writes things of one kind, all new or all there already, by one request. The answers stand in the order of the writes. */
  write(entity: CrmEntity, writes: CrmWrite[], signal: AbortSignal): Promise<CrmWritten[]>
  /** Looks for records made since a moment by their markers, the newest first, and gives their ids by marker. */
  findMarked(
    entity: CrmEntity,
    marks: CrmMark[],
    since: Date,
    signal: AbortSignal,
  ): Promise<Map<string, { id: string; contactId?: string }>>
  /** Looks for a contact by any of its phones (E.164) and e-mails. Absent where the CRM, or the account, has no such search. */
  findContact?(by: { phones: string[]; emails: string[] }, signal: AbortSignal): Promise<string | undefined>
  /** What stands there now; what is missing in the answer is not there any more. */
  read(
    entity: CrmEntity,
    refs: { id: string; on?: { entity: 'contact' | 'deal'; id: string } }[],
    signal: AbortSignal,
  ): Promise<CrmRecord[]>
  /** What was changed there since a moment, at most `limit`, the newest first: in case a hook was lost. */
  changedSince(
    entity: CrmEntity,
    since: Date,
    limit: number,
    signal: AbortSignal,
  ): Promise<{ id: string; updatedAt: Date }[]>
  /** Reads a request to the hook. Pure: what was heard is stored before the vendor is answered. A forged one throws `unauthenticated`. */
  receive(request: HookRequest): Promise<{ response: HookResponse; heard: CrmHeard[] }>
  /** Asking the owner of the account for consent (OAuth); absent where a token or key is enough. */
  consent?: CrmConsent
  close(): Promise<void>
}

export interface CrmConsent {
  /** Where the owner is sent to; `state` comes back to our callback. */
  address(state: string, callbackUrl: string): string
  /** Takes what the vendor sent to our callback and keeps the tokens. Throws `forbidden` when the owner refused. */
  accept(query: URLSearchParams, callbackUrl: string, signal: AbortSignal): Promise<void>
}

/** How an integration fares. */
export interface CrmCondition {
  state: 'working' | 'connecting' | 'paused' | 'failing' | 'stopped'
  /** What is wrong, and what to do about it. */
  error?: string
  /** Of a paused one: until when, ISO 8601. */
  until?: string
  /** Since when it is in this state, ISO 8601; noted with it. */
  since?: string
}

/** A limit that all processes share; two integrations that name the same one share it. */
export type CrmLimit = RateLimit

/** What the adapter may ask of the program for one integration. */
export interface CrmContext<Settings = Record<string, unknown>> {
  integration: { id: number; projectId: number; name: string; settings: Settings }
  /** Our address for the vendor's hook, unguessable; undefined when the program is not reachable from outside. */
  hookUrl: string | undefined
  clock: Clock
  log: Log
  /** Guarded against our own network. */
  http: SafeHttp
  /** Texts that the adapter keeps under names (tokens, ids of its fields), sealed in the database. */
  state: CrmState
  /** Does a request when its turn has come under all of these limits, in whatever process; counted until a second or minute after its end. */
  limited<T>(limits: readonly CrmLimit[], request: () => Promise<T>, signal: AbortSignal): Promise<T>
}

export interface CrmState {
  read(name: string): Promise<string | undefined>
  /** Undefined takes the name away. Is in the database when it resolves. */
  write(name: string, value: string | undefined): Promise<void>
  /**
   * Does something that only one process may do at a time (refreshing a token that works once); others wait for its end. Whoever comes
   * second has to look first whether it was done meanwhile.
   */
  exclusively<T>(name: string, work: () => Promise<T>, signal: AbortSignal): Promise<T>
}

/** A kind of CRM: a row of the adapters' catalogue. */
export interface CrmDefinition {
  kind: string
  title: string
  /** Settings that make sense, for the reference pages and the tests. */
  example: Record<string, unknown>
  /** What the owner gives; secret ones carry `.meta({ secret: true })` and are sealed at rest. */
  settings: ZodObject
  // biome-ignore lint/suspicious/noExplicitAny: each definition knows the shape of its own settings
  create(context: CrmContext<any>): CrmAdapter
}

/** The CRMs that the program can connect, by kind. */
export type CrmCatalogue = ReadonlyMap<string, CrmDefinition>
