import { AppError } from '../../src/platform/errors.ts'
import type { CrmAdapter, CrmContext } from '../../src/sync/crm.ts'
import { openAccount } from './account.ts'
import { findContact, findMarked } from './find.ts'
import { readLists } from './lists.ts'
import { changedSince, readRecords } from './read.ts'
import { readHook } from './receive.ts'
import { textAt } from './settings/place.ts'
import type { RestCrmSettings } from './settings.ts'
import { subscribe, unsubscribe } from './subscribe.ts'
import { writeAll } from './write.ts'

/** Connects one account of whatever CRM the settings describe. Nothing is asked of it until `connect`. */
export function createRestCrmAdapter(context: CrmContext<RestCrmSettings>): CrmAdapter {
  const { clock, hookUrl } = context
  const { settings } = context.integration
  const account = openAccount(context)

  return {
    abilities: () => ({
      batch: 1,
      dealsWithContacts: false,
      tags: false,
      notes: settings.note !== undefined,
      tasks: settings.task !== undefined,
      hooks: settings.hook !== undefined && hookUrl !== undefined,
      settleMs: settings.settleSeconds * 1000,
    }),

    async connect(signal) {
      const { request, name } = settings.account
      const { body } = await account.client.ask(request, account.scope(), signal)
      const called = textAt(name, body, settings.constants)
      if (called === undefined)
        throw new AppError('invalid', `The CRM does not tell the name of the account at account.name (${name}).`)
      for (const one of settings.setup) {
        await account.client.ask(one, account.scope(), signal).catch((error: unknown) => {
          if (!(error instanceof AppError) || error.code !== 'conflict') throw error
        })
      }
      if (hookUrl !== undefined) await subscribe(account, hookUrl, signal)
      return { account: called }
    },

    async disconnect(signal) {
      if (hookUrl !== undefined) await unsubscribe(account, hookUrl, signal)
    },

    lists: (signal) => readLists(account, signal),
    write: (entity, writes, signal) => writeAll(account, entity, writes, signal),
    findMarked: (entity, marks, since, signal) => findMarked(account, entity, { marks, since }, signal),
    ...(settings.contact.find && { findContact: (by, signal) => findContact(account, by, signal) }),
    read: (entity, refs, signal) => readRecords(account, entity, refs, signal),
    changedSince: (entity, since, limit, signal) => changedSince(account, entity, { since, limit }, signal),
    receive: async (request) => ({ response: { status: 200 }, heard: readHook(request, settings, clock.now()) }),
    close: async () => {},
  }
}
