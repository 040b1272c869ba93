import { AppError } from '../../src/platform/errors.ts'
import type { CrmField, CrmLists, CrmPipeline, CrmUser } from '../../src/sync/crm.ts'
import type { AmocrmClient } from './client.ts'
import { crmField, type FieldsOf, standardFields } from './fields/crm-field.ts'
import type { KnownFields } from './fields/known-fields.ts'
import { wholeList } from './pages.ts'
import { pipelinesPayload, userPayload } from './payload.ts'

/** The stages that close a deal have the same ids in every pipeline. */
const won = 142
const lost = 143
/** Where deals wait that nobody has taken yet: nothing can be put there. */
const unsorted = 1

/** What the account has to choose from. */
export async function readLists(client: AmocrmClient, known: KnownFields, signal: AbortSignal): Promise<CrmLists> {
  const pipelines = await readPipelines(client, signal)
  const users = await readUsers(client, signal)
  const fields = { contact: await fieldsOf(known, 'contact', signal), deal: await fieldsOf(known, 'deal', signal) }
  return { pipelines, users, fields }
}

async function readPipelines(client: AmocrmClient, signal: AbortSignal): Promise<CrmPipeline[]> {
  const { value } = await client.call({ path: 'leads/pipelines' }, pipelinesPayload, signal)
  const pipelines = (value?._embedded.pipelines ?? []).filter(({ is_archive: archived }) => !archived)
  return pipelines.sort(bySort).map(({ id, name, _embedded: { statuses } }) => ({
    id: String(id),
    name,
    stages: statuses
      .filter(({ type }) => type !== unsorted)
      .sort(bySort)
      .map((status) => ({
        id: String(status.id),
        name: status.name,
        type: status.id === won ? 'won' : status.id === lost ? 'lost' : 'open',
      })),
  }))
}

function bySort(one: { sort?: number | null | undefined }, other: { sort?: number | null | undefined }): number {
  return (one.sort ?? 0) - (other.sort ?? 0)
}

async function readUsers(client: AmocrmClient, signal: AbortSignal): Promise<CrmUser[]> {
  try {
    const users = await wholeList(client, { path: 'users', name: 'users', schema: userPayload }, signal)
    return users
      .filter(({ rights }) => rights?.is_active !== false)
      .map(({ id, name, email }) => ({ id: String(id), name, ...(email && { email }) }))
  } catch (error) {
    // Only administrators may see the list; without it deals are left to whom the account gives them.
    if (error instanceof AppError && error.code === 'forbidden' && error.detail?.status === 403) return []
    throw error
  }
}

async function fieldsOf(known: KnownFields, entity: FieldsOf, signal: AbortSignal): Promise<CrmField[]> {
  const custom = await known.of(entity, signal, 0)
  return [...standardFields[entity], ...custom.flatMap((field) => crmField(field, entity) ?? [])]
}
