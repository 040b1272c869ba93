import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import type { AmocrmDouble } from './amocrm.ts'

const when = z.enum(['before', 'after'])
const fault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('status'), status: z.int(), when }),
  z.strictObject({ kind: z.literal('drop'), when }),
  z.strictObject({ kind: z.literal('hang'), when }),
  z.strictObject({ kind: z.literal('slow'), ms: z.int() }),
])
const scope = { method: z.string().optional(), path: z.string().optional(), times: z.int().optional() }
const bodies = {
  fault: z.strictObject({ fault, ...scope }),
  weather: z.strictObject({ share: z.number(), seed: z.int(), faults: z.array(fault).min(1), ...scope }).nullable(),
  edit: z.strictObject({ entity: z.enum(['leads', 'contacts']), id: z.int(), body: z.record(z.string(), z.unknown()) }),
}

/**
 * Lets other processes steer a double, at a port of its own: `GET /_control/stats`, and `POST /_control/fault`, `/weather` (null: none)
 * and `/edit` with JSON. Gives the address up to `/_control`.
 */
export async function startControl(double: AmocrmDouble): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    steer(double, request).then(
      (answer) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer)),
      (error) => response.writeHead(400).end(String(error)),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/_control`,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function steer(double: AmocrmDouble, request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  const json = chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString())
  switch (`${request.method} ${request.url}`) {
    case 'GET /_control/stats':
      return statsOf(double)
    case 'POST /_control/fault': {
      const { fault: chosen, ...rest } = bodies.fault.parse(json)
      double.inject(chosen, scopeOf(rest))
      return {}
    }
    case 'POST /_control/weather': {
      const given = bodies.weather.parse(json)
      if (given === null) double.setWeather(undefined)
      else double.setWeather({ share: given.share, seed: given.seed, faults: given.faults, ...scopeOf(given) })
      return {}
    }
    case 'POST /_control/edit': {
      const { entity, id, body } = bodies.edit.parse(json)
      if (entity === 'leads') double.editLead(id, body)
      else double.editContact(id, body)
      return {}
    }
    default:
      throw new Error(`There is no ${request.method} ${request.url}.`)
  }
}

/** What a run is judged by. */
export function statsOf(double: AmocrmDouble) {
  return {
    leads: double.leads().length,
    contacts: double.contacts().length,
    requests: double.calls.length,
    refreshes: double.oauth.refreshes(),
    mostInOneSecond: double.mostInOneSecond(),
    faultsPlayed: double.faultsPlayed(),
    refused: double.refused(),
  }
}

function scopeOf({
  method,
  path,
  times,
}: {
  method?: string | undefined
  path?: string | undefined
  times?: number | undefined
}) {
  return { ...(method && { method }), ...(path && { path: new RegExp(path) }), ...(times && { times }) }
}
