import { createContact } from '../../src/contacts/create-contact.ts'
import { createDeal } from '../../src/crm/create-deal.ts'
import { createPipeline } from '../../src/crm/create-pipeline.ts'
import { createSpot } from '../../src/crm/create-spot.ts'
import type { WorkContext } from '../../src/team/context.ts'
import { createApiKey } from '../../src/team/create-api-key.ts'
import { type AmocrmDouble, type SeenCall, startAmocrm, testClient } from '../doubles/amocrm/amocrm.ts'
import type { Fault } from '../doubles/amocrm/faults.ts'
import { makeProject } from '../project.ts'
import type { Place } from './place.ts'
import { freePort, type Program, startProgram } from './program.ts'

/** Some processes on one database that push deals to one account, whose vendor is a double. */
export interface CrmStage {
  place: Place
  double: AmocrmDouble
  programs: Program[]
  integrationId: number
  /** Makes deals in our database, every tenth of a contact who has one already. */
  makeDeals(count: number): Promise<void>
  /** The process that works for the integration. */
  holder(): Promise<Program | undefined>
  /** From now on a share of the vendor's calls fails, most of them after having worked. */
  setWeather(share: number, seed: number): void
  /** Kills the process that works for the integration, when a write of it has worked and is not answered yet. */
  killInWrite(): Promise<Program>
  /** How many pushes are not over yet, and how many ended dead. */
  waiting(): Promise<{ open: number; dead: number; errors: string[] }>
  close(): Promise<void>
}

export interface CrmStageOptions {
  processes: number
  /** Calls after which a token runs out. */
  tokenCalls: number
  /** Whether some calls are never answered, which holds each of them up until it is given up. */
  hangs: boolean
}

const key = 'pk_of_the_run_through_faults'

/** Sets it up as an owner does: a project, an integration made by the API, the vendor's consent page agreed to. */
export async function setCrmStage(place: Place, options: CrmStageOptions): Promise<CrmStage> {
  const port = await freePort()
  const publicUrl = `http://127.0.0.1:${port}`
  let onWritten: ((call: SeenCall) => Promise<void>) | undefined
  const client = { ...testClient, redirectUri: `${publicUrl}/integrations/callback` }
  const double = await startAmocrm({
    clients: [client],
    tokenCalls: options.tokenCalls,
    onCall: async (call, when) => {
      if (when === 'after' && call.method === 'POST' && call.path === 'leads/complex') await onWritten?.(call)
    },
  })
  const work = await place.look((db) => makeTrade(db, key))
  const programs = await Promise.all(
    Array.from({ length: options.processes }, (_, index) =>
      startProgram(place, { PORT: index === 0 ? String(port) : '0', PUBLIC_URL: publicUrl }),
    ),
  )
  async function close(): Promise<void> {
    await Promise.all(programs.map((program) => program.kill()))
    await double.stop()
    await place.remove()
  }
  const integrationId = await connect(publicUrl, double).catch(async (error) => {
    await close()
    throw error
  })

  async function holder(): Promise<Program | undefined> {
    const rows = await place.look((db) =>
      db.query<{ holder: string }>('select holder from leases where name = $1 and expires_at > now()', [
        `crm:${integrationId}`,
      ]),
    )
    return programs.find(({ child }) => rows[0]?.holder.includes(`-${child.pid}-`))
  }

  return {
    place,
    double,
    programs,
    integrationId,
    makeDeals: (count) => makeDeals(place, work, count),
    holder,
    setWeather(share, seed) {
      double.setWeather({ share, seed, faults: options.hangs ? [...faults, { kind: 'hang', when: 'after' }] : faults })
    },
    killInWrite: () =>
      new Promise((resolve, reject) => {
        onWritten = async () => {
          const found = await holder()
          if (found === undefined) return
          onWritten = undefined
          await found.kill()
          resolve(found)
        }
        setTimeout(() => reject(new Error('Nobody wrote.')), 60_000).unref()
      }),
    waiting: () =>
      place.look(async (db) => {
        const [row] = await db.query<{ open: number; dead: number; errors: string[] | null }>(
          `select count(*) filter (where finished_at is null)::int as open, count(*) filter (where status = 'dead')::int as dead,
                  array_agg(distinct error) filter (where status = 'dead') as errors
             from crm_pushes where integration_id = $1`,
          [integrationId],
        )
        return { ...row!, errors: row!.errors ?? [] }
      }),
    close,
  }
}

const faults: Fault[] = [
  { kind: 'drop', when: 'after' },
  { kind: 'drop', when: 'after' },
  { kind: 'status', status: 504, when: 'after' },
  { kind: 'status', status: 502, when: 'after' },
  { kind: 'status', status: 500, when: 'before' },
  { kind: 'drop', when: 'before' },
]

/** A project with one funnel that is called as the double's first one, and a key for the API. */
function makeTrade(db: Parameters<Parameters<Place['look']>[0]>[0], apiKey: string): Promise<WorkContext> {
  return makeProject(db, new Date()).then((work) =>
    db.transaction(async (tx) => {
      await createApiKey(tx, work, { name: 'run', access: 'admin', key: apiKey })
      const spot = await createSpot(tx, work, { name: 'Shop' })
      const stages = ['Первичный контакт', 'Переговоры'].map((name) => ({ name }))
      await createPipeline(tx, work, { spotId: spot.id, name: 'Воронка', stages })
      return work
    }),
  )
}

async function connect(publicUrl: string, double: AmocrmDouble): Promise<number> {
  const api = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const response = await fetch(`${publicUrl}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text === '' ? {} : JSON.parse(text)
  }
  const { id: clientId, secret: clientSecret } = double.client
  const settings = { account: 'parley.amocrm.ru', clientId, clientSecret, apiRoot: double.url, searchContacts: false }
  const made = await api('POST', '/integrations', { kind: 'amocrm', name: 'amo', settings, sends: 'every_deal' })
  const id = Number(made.id)
  const { consentUrl } = await api('POST', `/integrations/${id}/connect`)
  const agreed = await fetch(String(consentUrl))
  if (!agreed.ok) throw new Error(`The callback answered ${agreed.status}: ${await agreed.text()}`)
  await agreed.arrayBuffer()
  return id
}

async function makeDeals(place: Place, work: WorkContext, count: number): Promise<void> {
  await place.look(async (db) => {
    let last = 0
    for (let first = 0; first < count; first += 100) {
      await db.transaction(async (tx) => {
        for (let index = first; index < Math.min(count, first + 100); index++) {
          const context = { ...work, now: new Date() }
          if (index % 10 !== 9) {
            const fields = { firstName: `Person ${index}`, phone: phoneOf(index) }
            last = (await createContact(tx, context, { fields })).id
          }
          await createDeal(tx, context, { name: dealName(index), budget: 1000 + index, contactId: last })
        }
      })
    }
  })
}

/** What a deal of the run is called, by its place. */
export function dealName(index: number): string {
  return `Deal ${index}`
}

/** The phone of the contact of a deal; every tenth deal is of the contact of the one before. */
export function phoneOf(index: number): string {
  const person = index % 10 === 9 ? index - 1 : index
  return `+7916${String(1_000_000 + person).padStart(7, '0')}`
}
