import { workImports } from '../../../../src/contacts/imports/work-imports.ts'
import type { Database } from '../../../../src/platform/database/database.ts'
import type { TestGateway } from '../../../gateway.ts'

/** An import as the API shows it. */
// biome-ignore lint/suspicious/noExplicitAny: the tests look into answers of every shape
type Shown = any

/** Uploads a file; gives status and body. */
export async function upload(
  { app, key }: TestGateway,
  file: string | Uint8Array,
  headers: Record<string, string> = { 'content-type': 'text/csv' },
): Promise<{ status: number; body: Shown }> {
  const response = await app.request('/api/v1/contact-imports?fileName=people.csv', {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, ...headers },
    body: typeof file === 'string' ? file : Buffer.from(file),
  })
  return { status: response.status, body: await response.json() }
}

/** Does what the running program does by itself: works on imports until none is under way. */
export async function workOn(db: Database, gateway: TestGateway, signal = new AbortController().signal): Promise<void> {
  const { clock, services } = gateway
  await workImports({ db, clock, log: services.log, tell: () => gateway.ringChanges() }, signal)
}

/** Uploads a file, starts it and waits for its end; gives the import as it is then. */
export async function importFile(
  db: Database,
  gateway: TestGateway,
  file: string | Uint8Array,
  start: object = {},
): Promise<Shown> {
  const { body: uploaded } = await upload(gateway, file)
  const started = await gateway.call('POST', `/contact-imports/${uploaded.id}/start`, start)
  if (started.status !== 202) throw new Error(`The import was not started: ${JSON.stringify(started.body)}`)
  await workOn(db, gateway)
  return (await gateway.call('GET', `/contact-imports/${uploaded.id}`)).body
}

/** The outcome and reason of each row. */
export async function outcomes(gateway: TestGateway, id: number): Promise<[string, string | null][]> {
  const { body } = await gateway.call('GET', `/contact-imports/${id}/rows?limit=200`)
  return body.items.map((row: Shown) => [row.outcome, row.reason])
}

/** Made, updated, unchanged, refused. */
export const counts = ({ made, updated, unchanged, refused }: Shown): number[] => [made, updated, unchanged, refused]
