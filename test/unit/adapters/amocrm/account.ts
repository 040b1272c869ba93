import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAmocrmAdapter } from '../../../../adapters/amocrm/adapter.ts'
import { type AmocrmSettings, amocrmSettings } from '../../../../adapters/amocrm/settings.ts'
import type { HookRequest } from '../../../../src/conversations/channel.ts'
import type { CrmAdapter } from '../../../../src/sync/crm.ts'
import { crmContext, type TestCrmContext } from '../../../crm-context.ts'
import type { Entity } from '../../../doubles/amocrm/account.ts'
import { type AmocrmDouble, type AmocrmOptions, startAmocrm } from '../../../doubles/amocrm/amocrm.ts'

export interface TestAccount {
  double: AmocrmDouble
  adapter: CrmAdapter
  context: TestCrmContext<AmocrmSettings>
  /** Another adapter of the same integration, as another process has one. */
  another(): CrmAdapter
  stop(): Promise<void>
}

export interface TestAccountOptions extends Omit<AmocrmOptions, 'now'> {
  settings?: Record<string, unknown>
  /** Connected by the owner's consent in place of a long-lived token. */
  consented?: boolean
}

/** No call of these tests is ended by it. */
export const never = new AbortController().signal

/** An account of the double with a field of every type, and an adapter that is connected to it by a token or by consent. */
export async function startAccount(options: TestAccountOptions = {}): Promise<TestAccount> {
  const { settings = {}, consented = false, ...rest } = options
  const base = crmContext({})
  const now = () => base.clock.now().getTime()
  const double = await startAmocrm({ perIntegration: 1000, perAccount: 1000, ...rest, now })
  fillWithFields(double)
  const { client } = double
  const credentials = consented
    ? { clientId: client.id, clientSecret: client.secret }
    : { token: double.oauth.longLived(client.id) }
  const given = amocrmSettings.parse({
    account: `${double.account.subdomain}.amocrm.ru`,
    apiRoot: double.url,
    ...credentials,
    ...settings,
  })
  const sink = await startSink()
  const context = crmContext(given, { clock: base.clock, hookUrl: sink.url })
  const adapter = createAmocrmAdapter(context)
  if (consented) await consent(double, adapter)
  return {
    double,
    adapter,
    context,
    another: () => createAmocrmAdapter(context),
    async stop() {
      await double.stop()
      await context.http.close()
      await sink.stop()
    },
  }
}

/** The owner consents, and the vendor sends them to our callback. */
export async function consent(double: AmocrmDouble, adapter: CrmAdapter): Promise<void> {
  const address = double.oauth.consent({ clientId: double.client.id, state: 'a-state', redirectUri: callback })
  await adapter.consent!.accept(new URL(address).searchParams, callback, never)
}

export const callback = 'https://parley.example/hooks/crm-hook/consent'

/** Does something in the account and gives what the vendor sends to our hook for it. */
export async function toldOf(double: AmocrmDouble, work: () => unknown): Promise<HookRequest[]> {
  const before = double.hooks.calls.length
  work()
  return double.hooks.calls.slice(before).map(({ destination, body }) => hookRequest(body, destination))
}

export function hookRequest(body: string, url = 'https://parley.example/hooks/crm-hook'): HookRequest {
  return {
    method: 'POST',
    url: new URL(url),
    headers: new Headers({ 'content-type': 'application/x-www-form-urlencoded' }),
    body: new TextEncoder().encode(body),
  }
}

/** The field of an account by its name. */
export function fieldNamed(double: AmocrmDouble, entity: Entity, name: string): string {
  for (const field of double.account.fields[entity].values()) if (field.name === name) return String(field.id)
  throw new Error(`There is no field ${name}.`)
}

/** Acknowledges what the double sends to our hook; tests bring it to the adapter themselves. */
async function startSink(): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => void request.resume().on('end', () => response.end()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/crm-hook`,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function fillWithFields({ addField }: AmocrmDouble): void {
  const enums = ['red', 'blue', 'Зелёный']
  for (const entity of ['leads', 'contacts'] as const) {
    for (const type of ['text', 'textarea', 'numeric', 'checkbox', 'date', 'date_time', 'url', 'streetaddress']) {
      addField(entity, { name: type, type })
    }
    addField(entity, { name: 'smart_address', type: 'smart_address' })
    for (const type of ['select', 'multiselect', 'radiobutton']) addField(entity, { name: type, type, enums })
  }
  addField('leads', { name: 'utm_source', type: 'tracking_data', code: 'UTM_SOURCE' })
  addField('leads', { name: 'monetary', type: 'monetary' })
  addField('contacts', { name: 'birthday', type: 'birthday' })
}
