import { createAttribute } from '../../../../src/contacts/create-attribute.ts'
import type { Tx } from '../../../../src/platform/database/database.ts'
import type { AppError } from '../../../../src/platform/errors.ts'
import { createVault } from '../../../../src/platform/secrets.ts'
import { createPostback } from '../../../../src/sync/postbacks/create-postback.ts'
import { postbackView } from '../../../../src/sync/postbacks/get-postback.ts'
import type { PostbackMapping } from '../../../../src/sync/postbacks/postback.ts'
import {
  listPostbackCalls,
  type NamedPostback,
  type PostbackCall,
} from '../../../../src/sync/postbacks/postbacks.store.ts'
import {
  type IncomingPostback,
  type PostbackAnswer,
  receivePostback,
} from '../../../../src/sync/postbacks/receive-postback.ts'
import type { WorkContext } from '../../../../src/team/context.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { makeProject } from '../../../project.ts'

export const vault = createVault('a key for the tests of postbacks')

export const mapping: PostbackMapping = {
  fields: [
    { from: '$.user.name', to: 'first_name', fallback: 'friend' },
    { from: '$.user.phone', to: 'phone' },
    { from: '$.user.mail', to: 'email' },
    { from: '$.user.tg', to: 'identity.telegram' },
    { from: '$.tags', to: 'label' },
    { from: '$.car.year', to: 'attributes.year' },
    { from: '$.car', to: 'variables.car' },
  ],
  findBy: ['identity.telegram', 'phone', 'email'],
}

/** All that an answer may hold. */
export type AnyAnswer = Partial<Extract<PostbackAnswer, { contactId: number }>> & {
  contactId: number
  listening?: true
  ignored?: true
}

export interface MadePostback {
  postback: NamedPostback
  token: string
  /** Sends JSON. */
  call(body: unknown, idempotencyKey?: string): Promise<AnyAnswer>
  send(call: Partial<Omit<IncomingPostback, 'body' | 'headers'>> & Sent): Promise<AnyAnswer>
  calls(): Promise<PostbackCall[]>
}

interface Sent {
  body?: string | Uint8Array
  headers?: Record<string, string>
}

/** A project whose postbacks are called as the gateway calls them. */
export interface PostbackRoom {
  fresh: FreshDatabase
  context: WorkContext
  /** Empties the database and makes the project anew. */
  clear(): Promise<void>
  run<Input, Result>(
    verb: (tx: Tx, context: WorkContext, input: Input) => Promise<Result>,
    input: Input,
  ): Promise<Result>
  make(input?: Partial<Parameters<typeof createPostback>[2]>): Promise<MadePostback>
}

export async function postbackRoom(): Promise<PostbackRoom> {
  const fresh = await freshDatabase()
  const room: PostbackRoom = {
    fresh,
    context: { projectId: 0, now: new Date(0), by: { kind: 'system' } },
    async clear() {
      await fresh.clear()
      room.context = await makeProject(fresh.db)
      await room.run(createAttribute, { name: 'year', type: 'number' })
    },
    run: (verb, input) => fresh.db.transaction((tx) => verb(tx, room.context, input)),
    async make(input = {}) {
      const postback = await fresh.db.transaction((tx) =>
        createPostback(tx, room.context, { name: 'site', mapping, ...input }, vault),
      )
      const token = postbackView(postback, vault).path.replace('/postbacks/', '')
      const send: MadePostback['send'] = async ({ body = '', headers = {}, ...call }) => {
        const answer = await receivePostback(parts, room.context.now, {
          token,
          method: 'POST',
          url: new URL(`https://bot.example.com/postbacks/${token}`),
          headers: new Headers({ 'content-type': 'application/json', ...headers }),
          body: typeof body === 'string' ? Buffer.from(body) : body,
          ...call,
        })
        return answer as AnyAnswer
      }
      return {
        postback,
        token,
        send,
        call: (body, key) =>
          send({ body: JSON.stringify(body) ?? '', headers: key === undefined ? {} : { 'idempotency-key': key } }),
        calls: async () => (await listPostbackCalls(fresh.db, { postbackId: postback.id, limit: 200 })).items,
      }
    },
  }
  const statuses: Partial<Record<AppError['code'], number>> = { too_large: 413, unauthenticated: 401, not_found: 404 }
  const parts = { db: fresh.db, vault, statusOf: (code: AppError['code']) => statuses[code] ?? 422 }
  return room
}

/** The error that a call is refused with; undefined when it was not. */
export const refusal = (call: Promise<unknown>): Promise<AppError | undefined> =>
  call.then(
    () => undefined,
    (error: AppError) => error,
  )
