import type { Hono } from 'hono'
import { AppError, messageOf } from '../platform/errors.ts'
import { receivePostback } from '../sync/postbacks/receive-postback.ts'
import { statusOfCode } from './problems.ts'
import { readBody } from './read-body.ts'
import type { Services } from './services.ts'

const largestPostback = 262_144

/** Mounts `/postbacks/{token}`, where other systems tell of a contact as JSON or as a form. */
export function mountPostbacks(app: Hono, { db, clock, road }: Pick<Services, 'db' | 'clock' | 'road'>): void {
  app.post('/postbacks/:token', async (c) => {
    const call = {
      token: c.req.param('token'),
      body: await readFields(c.req.raw),
      idempotencyKey: c.req.header('idempotency-key'),
    }
    const { threadId, ...answer } = await receivePostback(db, clock.now(), call, (code) => statusOfCode[code])
    if (threadId !== undefined) road.wake([threadId])
    return c.json(answer, answer.created ? 201 : 200)
  })
}

/** The body as JSON, or a form as an object of its fields, of which repeated ones become lists. */
async function readFields(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type')?.toLowerCase() ?? ''
  const bytes = await readBody(request, largestPostback)
  try {
    if (!/^(application\/x-www-form-urlencoded|multipart\/form-data)/.test(type)) {
      return JSON.parse(new TextDecoder().decode(bytes))
    }
    const headers = { 'content-type': request.headers.get('content-type')! }
    const form = await new Response(bytes as Uint8Array<ArrayBuffer>, { headers }).formData()
    const fields = [...new Set(form.keys())].map((name): [string, unknown] => {
      const values = form.getAll(name).map((value) => (typeof value === 'string' ? value : value.name))
      return [name, values.length > 1 ? values : values[0]]
    })
    return Object.fromEntries(fields)
  } catch (error) {
    throw new AppError('invalid', `The body can be read neither as JSON nor as a form: ${messageOf(error)}`, {
      cause: error,
    })
  }
}
