import type { Database } from '../../platform/database/database.ts'
import type { Vault } from '../../platform/secrets.ts'
import { type Call, type Route, route } from '../../team/route.ts'
import { createPostback } from './create-postback.ts'
import { deletePostback } from './delete-postback.ts'
import { getPostback, postbackView } from './get-postback.ts'
import * as calls from './postbacks.schemas.ts'
import { listPostbackCalls, listPostbacks, type NamedPostback } from './postbacks.store.ts'
import { previewPostback } from './preview-postback.ts'
import { readSample } from './read-sample.ts'
import { updatePostback } from './update-postback.ts'

interface Parts {
  db: Database
  vault: Vault
  publicUrl: string
}

/** The calls about postbacks. */
export function postbacksRoutes({ db, vault, publicUrl }: Parts): Route[] {
  /** The address holds the token: whoever may only read does not see it. */
  const show = (postback: NamedPostback, { access }: Call['caller']) => {
    const { path, ...view } = postbackView(postback, vault)
    return { ...view, url: access === 'admin' ? `${publicUrl}${path}` : null }
  }
  return [
    route(calls.getPostbacks, async ({ context, caller, query }) => {
      const { items, nextCursor } = await listPostbacks(db, context.projectId, query)
      return { items: items.map((postback) => show(postback, caller)), nextCursor }
    }),
    route(calls.postPostback, async ({ context, caller, body }) =>
      show(await db.transaction((tx) => createPostback(tx, context, body, vault)), caller),
    ),
    route(calls.getPostbackById, async ({ context, caller, params }) =>
      show(await getPostback(db, context.projectId, params.id), caller),
    ),
    route(calls.patchPostback, async ({ context, caller, params, body }) =>
      show(
        await db.transaction((tx) => updatePostback(tx, context, { postbackId: params.id, ...body }, vault)),
        caller,
      ),
    ),
    route(calls.removePostback, ({ context, params }) =>
      db.transaction((tx) => deletePostback(tx, context, { postbackId: params.id })),
    ),
    route(calls.getCalls, async ({ context, params, query }) => {
      const postback = await getPostback(db, context.projectId, params.id)
      return listPostbackCalls(db, { postbackId: postback.id, ...query })
    }),
    route(calls.getSample, async ({ context, params, query }) =>
      readSample(db, context.projectId, { postbackId: params.id, callId: query.call }),
    ),
    route(calls.postPreview, async ({ context, params, body }) =>
      previewPostback(db, context, { postbackId: params.id, ...body }),
    ),
  ]
}
