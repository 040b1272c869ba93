import { z } from 'zod'
import { AppError } from '../../src/platform/errors.ts'
import type { CrmState } from '../../src/sync/crm.ts'
import type { AmocrmClient } from './client.ts'
import { type FieldsOf, markerCode, nouns } from './fields/crm-field.ts'
import { wholeList } from './pages.ts'
import { accountPayload, customField } from './payload.ts'

/** What we keep of the account. */
const keptAccount = z.object({
  id: z.number(),
  name: z.string(),
  subdomain: z.string(),
  /** IANA name, in which days begin there. */
  zone: z.string(),
})
export type Account = z.infer<typeof keptAccount>

/** The account, and the fields in it that keep our markers. */
export interface AccountDesk {
  /** As last asked for; asked for now where it never was. */
  account(signal: AbortSignal): Promise<Account>
  /** Asks anew. */
  ask(signal: AbortSignal): Promise<Account>
  /** As last asked for; undefined where it never was. */
  known(): Promise<Account | undefined>
  /** The id of the field that keeps our markers, as last looked for. */
  markerField(entity: FieldsOf, signal: AbortSignal): Promise<number>
  /** Looks for it anew; makes it where there is none. */
  findMarkerField(entity: FieldsOf, signal: AbortSignal): Promise<number>
}

export function openAccountDesk(client: AmocrmClient, state: CrmState): AccountDesk {
  let account: Account | undefined

  async function known(): Promise<Account | undefined> {
    if (account) return account
    const kept = await state.read('account')
    account = kept === undefined ? undefined : keptAccount.parse(JSON.parse(kept))
    return account
  }

  async function ask(signal: AbortSignal): Promise<Account> {
    const call = { path: 'account', query: { with: 'datetime_settings' } }
    const { value } = await client.call(call, accountPayload, signal)
    if (!value) throw new AppError('unavailable', 'amoCRM tells nothing of the account.')
    const { id, name, subdomain, _embedded: embedded } = value
    const zone = embedded?.datetime_settings?.timezone ?? 'UTC'
    account = { id, name: name || subdomain, subdomain, zone }
    await state.write('account', JSON.stringify(account))
    return account
  }

  const nameOf = (entity: FieldsOf) => `marker of ${nouns[entity]}`

  /** One process at a time, or there would be two of them. */
  const findMarkerField = (entity: FieldsOf, signal: AbortSignal) =>
    state.exclusively(
      'fields',
      async () => {
        const id = await findOrMake(entity, signal)
        await state.write(nameOf(entity), String(id))
        return id
      },
      signal,
    )

  async function findOrMake(entity: FieldsOf, signal: AbortSignal): Promise<number> {
    const path = `${nouns[entity]}/custom_fields`
    const fields = await wholeList(client, { path, name: 'custom_fields', schema: customField }, signal)
    const standing = fields.find(({ code }) => code === markerCode)
    if (standing) return standing.id
    const json = [{ name: 'Parley', type: 'text', code: markerCode, is_api_only: true }]
    const made = z.object({ _embedded: z.object({ custom_fields: z.array(customField).min(1) }) })
    const { value } = await client.call({ method: 'POST', path, json }, made, signal)
    if (!value) throw new AppError('unavailable', 'amoCRM does not tell of the field that it made.')
    return value._embedded.custom_fields[0]!.id
  }

  return {
    known,
    ask,
    account: async (signal) => (await known()) ?? ask(signal),
    async markerField(entity, signal) {
      const id = Number(await state.read(nameOf(entity)))
      return id > 0 ? id : findMarkerField(entity, signal)
    },
    findMarkerField,
  }
}
