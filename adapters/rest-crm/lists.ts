import type { CrmField, CrmLists, CrmPipeline, CrmUser } from '../../src/sync/crm.ts'
import type { RestAccount } from './account.ts'
import type { RestField } from './settings/field.ts'
import type { PipelinesSettings } from './settings/lists.ts'
import { holdsAt, itemsAt, textAt } from './settings/place.ts'

/** Everything that the account has to choose from, read anew where it is not in the settings. */
export async function readLists(account: RestAccount, signal: AbortSignal): Promise<CrmLists> {
  account.known.forget()
  const [contact, deal] = [await account.known.of('contact', signal), await account.known.of('deal', signal)]
  return {
    pipelines: await readPipelines(account, signal),
    users: await readUsers(account, signal),
    fields: { contact: contact.map(shownField), deal: deal.map(shownField) },
  }
}

async function readPipelines(account: RestAccount, signal: AbortSignal): Promise<CrmPipeline[]> {
  const { pipelines: from, constants } = account.settings
  if (Array.isArray(from)) return from
  const pipelines: CrmPipeline[] = []
  for await (const page of account.client.pages(from, account.scope(), signal)) {
    for (const item of page) {
      const id = textAt(from.id, item, constants)
      if (id === undefined) continue
      const stages = [...(await readStages(account, from, item, id, signal)), ...from.stages.more]
      pipelines.push({ id, name: textAt(from.name, item, constants) ?? id, stages })
    }
  }
  return pipelines
}

async function readStages(
  { client, scope, settings: { constants } }: RestAccount,
  { stages: from }: Exclude<PipelinesSettings, unknown[]>,
  pipeline: unknown,
  pipelineId: string,
  signal: AbortSignal,
): Promise<CrmPipeline['stages']> {
  const answer = from.request
    ? (await client.ask(from.request, { ...scope(), pipeline: pipelineId }, signal)).body
    : pipeline
  return itemsAt(from.items, answer).flatMap((item) => {
    const id = textAt(from.id, item, constants)
    const type = from.type === undefined ? 'open' : textAt(from.type, item, constants)
    if (id === undefined) return []
    return {
      id,
      name: textAt(from.name, item, constants) ?? id,
      type: type === 'won' || type === 'lost' ? type : 'open',
    }
  })
}

async function readUsers(account: RestAccount, signal: AbortSignal): Promise<CrmUser[]> {
  const { users: from, constants } = account.settings
  if (Array.isArray(from)) return from
  const users: CrmUser[] = []
  for await (const page of account.client.pages(from, account.scope(), signal)) {
    for (const item of page) {
      const id = textAt(from.id, item, constants)
      if (id === undefined || (from.when !== undefined && !holdsAt(from.when, item, constants))) continue
      const email = from.email === undefined ? undefined : textAt(from.email, item, constants)
      users.push({ id, name: textAt(from.name, item, constants) ?? email ?? id, ...(email !== undefined && { email }) })
    }
  }
  return users
}

function shownField({ key, title = key, type, choices, multiple, readOnly, whole, maxLength }: RestField): CrmField {
  return {
    key,
    title,
    type,
    ...(choices && { choices: choices.map((choice) => choice.title) }),
    ...(multiple && { multiple }),
    ...(readOnly && { readOnly }),
    ...(whole && { whole }),
    ...(maxLength !== undefined && { maxLength }),
  }
}
