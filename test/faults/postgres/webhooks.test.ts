import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createApiKey } from '../../../src/team/create-api-key.ts'
import { makeProject } from '../../project.ts'
import { type Receiver, startReceiver } from '../../unit/sync/webhooks/receiver.ts'
import { freshPlace } from '../fresh-place.ts'
import type { Place } from '../place.ts'
import { type Program, startProgram } from '../program.ts'

const key = 'pk_of_the_run_through_faults'
let place: Place
let receiver: Receiver
let programs: Program[]
beforeEach(async () => {
  place = await freshPlace()
  receiver = await startReceiver()
  await place.look(async (db) => {
    const work = await makeProject(db, new Date())
    await db.transaction((tx) => createApiKey(tx, work, { name: 'run', access: 'admin', key }))
  })
  programs = []
})
afterEach(async () => {
  await Promise.all(programs.map((program) => program.kill()))
  await receiver.close()
  await place.remove()
})

async function start(count: number): Promise<void> {
  programs = await Promise.all(Array.from({ length: count }, () => startProgram(place)))
}

/** A call of the API, to the processes in turn. */
async function api<Answer>(method: string, path: string, body?: unknown, turn = 0): Promise<Answer> {
  const response = await fetch(`${programs[turn % programs.length]!.address}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return JSON.parse(text) as Answer
}

/** The process that sends to webhooks. */
async function sender(): Promise<Program | undefined> {
  const rows = await place.look((db) =>
    db.query<{ holder: string }>(`select holder from leases where name = 'webhooks' and expires_at > now()`),
  )
  return programs.find(({ child }) => rows[0]?.holder.includes(`-${child.pid}-`))
}
const ids = () => receiver.requests.map(({ headers }) => String(headers['webhook-id']))

it('a webhook hears of every change though the process that sends is killed amid its requests; only those come twice, and are marked', async () => {
  await start(2)
  await api('POST', '/webhooks', { name: 'crm', url: receiver.url, kinds: ['contact.created', 'contact.updated'] })
  const release = Promise.withResolvers<void>()
  receiver.hold(release.promise)
  const people = 30
  for (let turn = 0; turn < people; turn++) {
    const { id } = await api<{ id: number }>('POST', '/contacts', { firstName: `Person ${turn}` }, turn)
    await api('PATCH', `/contacts/${id}`, { lastName: 'Changed' }, turn + 1)
  }
  await vi.waitFor(() => expect(receiver.requests).toHaveLength(8), { timeout: 20_000 })
  const onTheirWay = ids()
  const killed = (await sender())!
  await killed.kill()
  release.resolve()
  receiver.hold(undefined)
  programs = programs.filter((program) => program !== killed)

  await vi.waitFor(() => expect(new Set(ids()).size).toBe(2 * people), { timeout: 30_000, interval: 100 })
  const all = ids()
  const twice = all.filter((id, index) => all.indexOf(id) !== index)
  expect(twice.sort()).toEqual(onTheirWay.sort())
  const doubtful = await vi.waitFor(async () => {
    const rows = await place.look((db) =>
      db.query<{ id: number; doubtful: boolean; status: string }>('select id, doubtful, status from deliveries'),
    )
    expect(rows.filter(({ status }) => status !== 'sent')).toEqual([])
    return rows.filter((row) => row.doubtful).map(({ id }) => `dlv_${id}`)
  })
  expect(doubtful.sort()).toEqual(twice)
  const steps = Map.groupBy(receiver.requests, ({ headers }) => headers['parley-ordering-key'])
  expect(steps.size).toBe(people)
  for (const [name, requests] of steps) {
    const sequences = requests.map(({ headers }) => Number(headers['parley-sequence']))
    expect(sequences, name as string).toEqual(sequences.toSorted((a, b) => a - b))
  }
}, 90_000)

it('a dead letter is seen with why, and arrives when it is sent again', async () => {
  await start(1)
  const { id } = await api<{ id: number }>('POST', '/webhooks', {
    name: 'crm',
    url: receiver.url,
    kinds: ['contact.created'],
  })
  receiver.answer(308, { location: '/new' })
  await api('POST', '/contacts', { firstName: 'Anna' })
  const dead = await vi.waitFor(async () => {
    const { items } = await api<{ items: { id: number }[] }>('GET', `/deliveries?webhookId=${id}&status=dead`)
    expect(items).toHaveLength(1)
    return items[0]!
  }, 10_000)
  expect(dead).toMatchObject({
    kind: 'contact.created',
    error: expect.stringContaining('redirects to'),
    attempts: [{ outcome: 'dead', status: 308, response: { headers: { location: '/new' } } }],
  })
  await api('PATCH', `/webhooks/${id}`, { url: receiver.url.replace('/hook', '/new') })
  expect(await api('POST', `/webhooks/${id}/replay`, {})).toEqual({ replayed: 1 })
  await vi.waitFor(() => expect(receiver.requests).toHaveLength(2), 10_000)
  expect(receiver.requests.map(({ path }) => path)).toEqual(['/hook', '/new'])
  expect(new Set(ids()).size).toBe(1)
  await vi.waitFor(async () => {
    const { status, attempts } = await api<{ status: string; attempts: unknown[] }>('GET', `/deliveries/${dead.id}`)
    expect(status).toBe('sent')
    expect(attempts).toHaveLength(2)
  }, 10_000)
}, 120_000)
