import type { Hono } from 'hono'
import { receivePostback } from '../sync/postbacks/receive-postback.ts'
import { calledAddress } from './called-address.ts'
import { statusOfCode } from './problems.ts'
import { readBody } from './read-body.ts'
import type { Services } from './services.ts'

const largestPostback = 262_144

/** Mounts `/postbacks/{token}`, where other systems tell of a contact as JSON, as a form, or in the query of a GET. */
export function mountPostbacks(
  app: Hono,
  { db, vault, clock, road, publicUrl }: Pick<Services, 'db' | 'vault' | 'clock' | 'road' | 'publicUrl'>,
): void {
  const parts = { db, vault, statusOf: (code: keyof typeof statusOfCode) => statusOfCode[code] }
  app.on(['GET', 'POST', 'PUT'], '/postbacks/:token', async (c) => {
    const request = c.req.raw
    // Hono gives a HEAD to the handler of GET: whoever only looks whether somebody answers must not do anything.
    if (request.method === 'HEAD') return c.body(null, 200)
    const answer = await receivePostback(parts, clock.now(), {
      token: c.req.param('token'),
      method: request.method,
      url: calledAddress(request.url, publicUrl),
      headers: request.headers,
      body: await readBody(request, largestPostback),
    })
    if (!('contactId' in answer)) return c.json(answer)
    const { threadId, ...told } = answer
    if (threadId !== undefined) road.wake([threadId])
    return c.json(told, told.created ? 201 : 200)
  })
}
