import type { Queryable } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { Vault } from '../../platform/secrets.ts'
import type { PostbackAuth } from './postback-auth.ts'
import { shownAuth } from './postback-secret.ts'
import { findPostback, type NamedPostback } from './postbacks.store.ts'

/** The project's postback of that number; throws `not_found`. */
export async function getPostback(db: Queryable, projectId: number, id: number): Promise<NamedPostback> {
  const postback = await findPostback(db, projectId, id)
  if (postback) return postback
  throw new AppError('not_found', `There is no postback ${id} in this project.`)
}

/** A postback as the API shows it. */
export type PostbackView = Omit<
  NamedPostback,
  'token' | 'tokenHash' | 'flowId' | 'blockId' | 'sendingChannelId' | 'auth'
> & {
  /** Where the caller sends to, below our public address. */
  path: string
  block: string | null
  /** Without its secret. */
  auth: PostbackAuth | null
}

export function postbackView(postback: NamedPostback, vault: Vault): PostbackView {
  const { token, tokenHash: _hash, flowId: _flow, sendingChannelId: _channel, blockId, auth, ...shown } = postback
  const path = `/postbacks/${vault.open(token, tokenPlace(postback.projectId))}`
  return { ...shown, auth: shownAuth(auth), block: blockId, path }
}

/** The place that the tokens of a project's postbacks are sealed for. */
export function tokenPlace(projectId: number): string {
  return `project:${projectId}:postback`
}
