import { AppError } from '../../src/platform/errors.ts'
import type { CrmAdapter, CrmContext } from '../../src/sync/crm.ts'
import { openAccountDesk } from './account.ts'
import { openBatchSize } from './batch-size.ts'
import { openClient } from './client.ts'
import { consentOf } from './consent.ts'
import { openKnownFields } from './fields/known-fields.ts'
import { subscribe, unsubscribe } from './hook.ts'
import { openLine } from './line.ts'
import { readLists } from './lists.ts'
import { changedSince } from './read/changed-since.ts'
import { findContact } from './read/find-contact.ts'
import { findMarked } from './read/find-marked.ts'
import { readRecords } from './read/read.ts'
import { heardAnswer, isSwitchedOff, readHook } from './receive.ts'
import type { AmocrmSettings } from './settings.ts'
import { openTokenDesk } from './tokens.ts'
import { writeAll } from './write/write.ts'

/** What is lost by rounding to seconds, and what the clocks of our own machines differ by. */
const roundingMs = 30_000

/** Connects one account of amoCRM or Kommo. Nothing is asked of the vendor until `connect`. */
export function createAmocrmAdapter(context: CrmContext<AmocrmSettings>): CrmAdapter {
  const { clock, hookUrl, log, state } = context
  const { settings } = context.integration
  const line = openLine(context)
  const tokens = openTokenDesk({ settings, line, state, clock })
  const client = openClient(line, tokens, clock)
  const desk = openAccountDesk(client, state)
  const tools = { client, desk, known: openKnownFields(client, clock), size: openBatchSize() }
  const hook = settings.hooks ? hookUrl : undefined

  return {
    abilities: () => ({
      batch: tools.size.current(),
      dealsWithContacts: true,
      tags: true,
      notes: true,
      tasks: true,
      hooks: hook !== undefined,
      ...clockMargin(client.behindMs()),
    }),

    async connect(signal) {
      const { name } = await desk.ask(signal)
      await desk.findMarkerField('deal', signal)
      await desk.findMarkerField('contact', signal)
      if (hook !== undefined) await subscribe(client, hook, signal)
      return { account: name }
    },

    async disconnect(signal) {
      if (hookUrl !== undefined) await unsubscribe(client, hookUrl, signal)
    },

    lists: (signal) => readLists(client, tools.known, signal),
    write: (entity, writes, signal) => writeAll(tools, entity, writes, signal),
    findMarked: (entity, marks, since, signal) => findMarked(tools, entity, { marks, since }, signal),
    ...(settings.searchContacts && { findContact: (by, signal) => findContact(tools, by, signal) }),
    read: (entity, refs, signal) => readRecords(tools, entity, refs, signal),
    changedSince: (entity, since, limit, signal) => changedSince(tools, entity, { since, limit }, signal),

    async receive(request) {
      if (request.method === 'GET' && isSwitchedOff(request, settings)) {
        log.warn('The owner of the account has switched the integration off.')
        await tokens.forget()
        return { response: heardAnswer, heard: [] }
      }
      if (request.method !== 'POST')
        throw new AppError('unsupported', 'Expected a POST, by which amoCRM tells of changes.')
      return { response: heardAnswer, heard: readHook(request, settings, await desk.known()) }
    },

    ...(settings.token === undefined && { consent: consentOf(settings, tokens) }),

    close: async () => {},
  }
}

function clockMargin(behindMs: number | undefined): { clockMarginMs?: number } {
  return behindMs === undefined ? {} : { clockMarginMs: Math.max(0, behindMs) + roundingMs }
}
