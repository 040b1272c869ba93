import { createHash } from 'node:crypto'
import type { RestAccount } from './account.ts'
import type { HookSettings } from './settings/hook.ts'
import { textAt } from './settings/place.ts'

type Subscriptions = NonNullable<HookSettings['subscriptions']>

/** Has the CRM send to our hook, unless it does already as the settings say. */
export async function subscribe(account: RestAccount, hookUrl: string, signal: AbortSignal): Promise<void> {
  const { settings, state, client } = account
  const { subscriptions } = settings.hook ?? {}
  if (!subscriptions) return
  const wanted = createHash('sha256')
    .update(JSON.stringify([subscriptions.add, hookUrl, settings.hookSecret]))
    .digest('hex')
  // Our secret stands there, and is shown to nobody: whether it is still ours is known here only.
  const isSame = (await state.read('subscribed')) === wanted
  if (isSame && (await idsOf(account, subscriptions, hookUrl, signal)).length >= subscriptions.add.length) return
  await unsubscribe(account, hookUrl, signal)
  for (const request of subscriptions.add) await client.ask(request, hookScope(account, hookUrl), signal)
  await state.write('subscribed', wanted)
}

/** Takes back every subscription of our address. */
export async function unsubscribe(account: RestAccount, hookUrl: string, signal: AbortSignal): Promise<void> {
  const { subscriptions } = account.settings.hook ?? {}
  if (!subscriptions) return
  for (const id of await idsOf(account, subscriptions, hookUrl, signal)) {
    await account.client.ask(subscriptions.remove, { ...hookScope(account, hookUrl), hook_id: id }, signal)
  }
}

async function idsOf(
  { client, scope, settings: { constants } }: RestAccount,
  { list }: Subscriptions,
  hookUrl: string,
  signal: AbortSignal,
): Promise<string[]> {
  const ids: string[] = []
  for await (const page of client.pages(list, scope(), signal)) {
    for (const item of page) {
      const id = textAt(list.id, item, constants)
      if (id !== undefined && textAt(list.address, item, constants) === hookUrl) ids.push(id)
    }
  }
  return ids
}

function hookScope({ scope, settings }: RestAccount, hookUrl: string) {
  return { ...scope(), hook_url: hookUrl, hook_secret: settings.hookSecret }
}
