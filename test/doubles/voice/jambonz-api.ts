import { z } from 'zod'
import { Broken, startVendorServer, type VendorRequest, type VendorServer } from './vendor-server.ts'

const hookSchema = z.strictObject({
  url: z.url(),
  method: z.enum(['GET', 'POST']),
  username: z.string().optional(),
  password: z.string().optional(),
})
/** What creating a call takes (docs.jambonz.org/reference/rest-call-control/calls/create-call). */
const createSchema = z.strictObject({
  application_sid: z.string().min(1),
  from: z.string().min(1),
  to: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('phone'), number: z.string().regex(/^\+?\d+$/), trunk: z.string().optional() }),
    z.strictObject({
      type: z.literal('sip'),
      sipUri: z.string().regex(/^sips?:[^@\s]+@[^@\s]+$/),
      auth: z.strictObject({ username: z.string(), password: z.string() }).optional(),
    }),
  ]),
  call_hook: hookSchema,
  call_status_hook: hookSchema,
  timeout: z.int().positive().optional(),
  timeLimit: z.int().positive().optional(),
  tag: z.record(z.string(), z.unknown()).optional(),
  headers: z.record(z.string(), z.string()).optional(),
})
export type JambonzCall = z.infer<typeof createSchema>
const updateSchema = z.strictObject({ call_hook: hookSchema })
const applicationSchema = z.strictObject({ call_hook: hookSchema, call_status_hook: hookSchema })

/** A stand-in for the REST API of jambonz that takes only what is documented. */
export interface JambonzApi extends VendorServer {
  calls: { sid: string; call: JambonzCall }[]
  /** Hooks that calls were redirected to, in order. */
  redirects: { sid: string; url: string }[]
  /** What an application's hooks are now. */
  application: z.infer<typeof applicationSchema> | undefined
}

export async function startJambonzApi({ account, apiKey }: { account: string; apiKey: string }): Promise<JambonzApi> {
  const state: Pick<JambonzApi, 'calls' | 'redirects' | 'application'> = {
    calls: [],
    redirects: [],
    application: undefined,
  }
  const server = await startVendorServer({
    meets: ({ path, method }) => path.includes('/Calls') && method !== 'GET',
    over: { status: 404 },
    refusal: (_, why) => ({ msg: why }),
    answer(request) {
      if (request.headers.authorization !== `Bearer ${apiKey}`) throw new Broken(401, 'the token is wrong')
      return answer(request, account, state)
    },
  })
  return {
    ...server,
    calls: state.calls,
    redirects: state.redirects,
    get application() {
      return state.application
    },
  }
}

function answer(
  { method, path, body }: VendorRequest,
  account: string,
  state: Pick<JambonzApi, 'calls' | 'redirects' | 'application'>,
) {
  const root = `/v1/Accounts/${account}`
  if (method === 'GET' && path === root) return { status: 200, body: { account_sid: account, name: 'Example' } }
  if (method === 'POST' && path === `${root}/Calls`) {
    const sid = `jambonz-${state.calls.length + 1}`
    state.calls.push({ sid, call: read(createSchema, body) })
    return { status: 201, body: { sid } }
  }
  if (method === 'PUT' && path.startsWith(`${root}/Calls/`)) {
    state.redirects.push({ sid: path.slice(root.length + 7), url: read(updateSchema, body).call_hook.url })
    return { status: 204 }
  }
  if (method === 'PUT' && path.startsWith('/v1/Applications/')) {
    state.application = read(applicationSchema, body)
    return { status: 204 }
  }
  throw new Broken(404, `there is no ${method} ${path}`)
}

function read<T>(schema: z.ZodType<T>, body: string): T {
  const parsed = schema.safeParse(JSON.parse(body))
  if (parsed.success) return parsed.data
  throw new Broken(400, parsed.error.message)
}
