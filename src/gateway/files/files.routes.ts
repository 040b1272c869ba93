import type { Hono } from 'hono'
import { fileAnswer } from '../../conversations/fetch-message-file.ts'
import { AppError } from '../../platform/errors.ts'
import { readFileLink } from '../../platform/files/file-link.ts'
import { keepFile } from '../../platform/files/keep-file.ts'
import { openFile } from '../../platform/files/open-file.ts'
import { type Route, route } from '../../team/route.ts'
import type { Services } from '../services.ts'
import * as calls from './files.schemas.ts'

type Parts = Pick<Services, 'db' | 'vault' | 'clock'>

/** The calls about files that we keep ourselves. */
export function filesRoutes({ db }: Parts): Route[] {
  return [
    route(calls.postFile, async ({ context, request }) => {
      if (!request.body) throw new AppError('invalid', 'The body is empty; expected the bytes of a file.')
      const { hash, size, mime } = await keepFile(db, {
        projectId: context.projectId,
        body: request.body,
        mime: request.headers.get('content-type') ?? undefined,
        maxBytes: calls.largestFile,
        now: context.now,
      })
      return { kept: hash, size, mime }
    }),
    route(calls.getFile, async ({ context, params }) => answerFile(db, context.projectId, params.kept)),
  ]
}

/** Mounts `/files/{link}`: whoever has a link reads its file until the link's time is over. Vendors fetch what we send by it. */
export function mountFileLinks(app: Hono, { db, vault, clock }: Parts): void {
  app.get('/files/:link', async (c) => {
    const { projectId, hash } = readFileLink(vault, c.req.param('link'), clock.now())
    return answerFile(db, projectId, hash)
  })
}

async function answerFile(db: Parts['db'], projectId: number, hash: string): Promise<Response> {
  const file = await openFile(db, projectId, hash)
  return fileAnswer(file, file.mime, hash.slice(0, 12))
}
