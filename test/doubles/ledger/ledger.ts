import { z } from 'zod'
import { type Clock, systemClock } from '../../../src/platform/clock.ts'
import { AppError } from '../../../src/platform/errors.ts'
import type { CrmAdapter, CrmContext, CrmDefinition, CrmEntity, CrmHeard, CrmWrite } from '../../../src/sync/crm.ts'
import { LedgerAccount } from './account.ts'
import { type TokenBook, Tokens } from './tokens.ts'
import { shownValues } from './values.ts'

const ledgerSettings = z.object({
  key: z.string().default('inkwell').meta({ secret: true }),
  secret: z.string().default('quill').meta({ secret: true }),
  /** Requests within any second. */
  perSecond: z.number().default(1000),
})

/** What becomes of a request. `before` and `after`: its answer is lost before or after it was done. */
export type LedgerFault =
  | { kind: 'before' | 'after'; code?: 'timeout' | 'unavailable' }
  | { kind: 'rate_limited'; retryAfterMs: number }
  | { kind: 'refused'; code: 'unauthenticated' | 'forbidden' | 'invalid' | 'unavailable' }
  | { kind: 'hang' }

export type LedgerMethod =
  | 'connect'
  | 'disconnect'
  | 'lists'
  | 'write'
  | 'findMarked'
  | 'findContact'
  | 'read'
  | 'changedSince'

/** One request that arrived at the vendor. */
export interface LedgerCall {
  method: LedgerMethod
  entity: CrmEntity | undefined
  /** How many things it was about. */
  size: number
  at: Date
}

/** What can be done to the ledger, and seen of it, from outside of the program. */
export interface Ledger extends TokenBook {
  definition: CrmDefinition
  account: LedgerAccount
  calls: LedgerCall[]
  /** The next writes end so, in turn; undefined lets one through. */
  writeFaults: (LedgerFault | undefined)[]
  /** The next requests of any kind end so, in turn. */
  faults: LedgerFault[]
  /** Adapters that are open. */
  open: number
  /** How often the vendor was asked. */
  count(method: LedgerMethod, entity?: CrmEntity): number
}

/** A vendor of the tests whose accounts lie in memory: it has every ability of the port and passes the CRM contract. */
export function buildLedger({ clock = systemClock }: { clock?: Clock } = {}): Ledger {
  const ledger: Ledger = {
    definition: {
      kind: 'ledger',
      title: 'Ledger',
      settings: ledgerSettings,
      example: { key: 'inkwell' },
      create: (context) => openLedger(ledger, context, tokens),
    },
    account: new LedgerAccount(clock),
    calls: [],
    writeFaults: [],
    faults: [],
    callsOfToken: Number.POSITIVE_INFINITY,
    lostTokens: 0,
    open: 0,
    count: (method, entity) =>
      ledger.calls.filter((call) => call.method === method && (entity === undefined || call.entity === entity)).length,
  }
  const tokens = new Tokens(ledger)
  return ledger
}

function openLedger(ledger: Ledger, context: CrmContext<z.infer<typeof ledgerSettings>>, tokens: Tokens): CrmAdapter {
  const { account } = ledger
  const { settings } = context.integration
  const limits = [{ name: `ledger:${account.name}`, perSecond: settings.perSecond }]
  ledger.open++

  /** Does a request at the vendor's, with its turn, its token and its faults. */
  async function ask<T>(
    { method, entity, size = 1 }: { method: LedgerMethod; entity?: CrmEntity; size?: number },
    signal: AbortSignal,
    work: () => T,
  ): Promise<T> {
    const attempt = (token: string) =>
      context.limited(
        limits,
        async () => {
          if (signal.aborted) throw new AppError('timeout', 'The request was ended.')
          ledger.calls.push({ method, entity, size, at: account.clock.now() })
          const fault = ledger.faults.shift() ?? (method === 'write' ? ledger.writeFaults.shift() : undefined)
          if (fault?.kind === 'hang') await ending(signal)
          if (fault?.kind === 'before') throw new AppError(fault.code ?? 'timeout', 'The ledger did not answer.')
          if (fault?.kind === 'refused') throw new AppError(fault.code, `The ledger says ${fault.code}.`)
          if (fault?.kind === 'rate_limited') {
            throw new AppError('rate_limited', 'The ledger wants rest.', { retryAfterMs: fault.retryAfterMs })
          }
          if (!tokens.use(token)) return 'expired' as const
          const answer = work()
          if (fault?.kind === 'after') throw new AppError(fault.code ?? 'timeout', 'The answer of the ledger was lost.')
          return { answer }
        },
        signal,
      )
    if (signal.aborted) throw new AppError('timeout', 'The request was ended.')
    let token = await context.state.read('token')
    for (let tries = 0; tries < 20; tries++) {
      token ??= await renew(undefined, signal)
      const result = await attempt(token)
      if (result !== 'expired') return result.answer
      token = await renew(token, signal)
    }
    throw new AppError('unauthenticated', 'The tokens of the ledger do not last for one request.')
  }

  /** Changes the token for another one, unless somebody did meanwhile. */
  function renew(expired: string | undefined, signal: AbortSignal): Promise<string> {
    return context.state.exclusively(
      'token',
      async () => {
        const kept = await context.state.read('token')
        if (kept !== undefined && kept !== expired) return kept
        const fresh = tokens.change(settings.key, await context.state.read('refresh'))
        await context.state.write('refresh', fresh.refresh)
        await context.state.write('token', fresh.access)
        return fresh.access
      },
      signal,
    )
  }

  const adapter: CrmAdapter = {
    abilities() {
      const { search, ...abilities } = account.abilities
      return abilities
    },
    connect: (signal) =>
      ask({ method: 'connect' }, signal, () => {
        if (context.hookUrl !== undefined && account.abilities.hooks) account.hooks.add(context.hookUrl)
        return { account: account.name }
      }),
    disconnect: (signal) =>
      ask({ method: 'disconnect' }, signal, () => {
        if (context.hookUrl !== undefined) account.hooks.delete(context.hookUrl)
      }),
    lists: (signal) => ask({ method: 'lists' }, signal, () => structuredClone(account.lists)),
    write: async (entity, writes, signal) => {
      if (writes.length === 0) return []
      checkBatch(ledger, entity, writes)
      return ask({ method: 'write', entity, size: writes.length }, signal, () =>
        writes.map((write) => {
          try {
            const { id, updatedAt, contactIds } = account.write(entity, write)
            const made = write.contact && 'make' in write.contact
            return { ok: true, id, updatedAt: new Date(updatedAt), ...(made && { contactId: contactIds[0]! }) }
          } catch (error) {
            if (!(error instanceof AppError)) throw error
            return { ok: false, error }
          }
        }),
      )
    },
    findMarked: async (entity, marks, since, signal) => {
      if (marks.length === 0) return new Map()
      return ask({ method: 'findMarked', entity, size: marks.length }, signal, () => {
        const found = new Map<string, { id: string; contactId?: string }>()
        for (const { marker, contactMarker } of marks) {
          const record = account.all(entity).findLast((each) => each.marker === marker && each.createdAt >= since)
          if (!record) continue
          const [contactId] = record.contactIds
          found.set(marker, { id: record.id, ...(contactMarker && contactId && { contactId }) })
        }
        return found
      })
    },
    ...(account.abilities.search && {
      findContact: (by, signal) =>
        ask({ method: 'findContact', entity: 'contact' }, signal, () => {
          const wanted = new Set([...by.phones.map(digits), ...by.emails.map((email) => email.toLowerCase())])
          const has = ({ phone, email }: Record<string, unknown>) =>
            [...texts(phone).map(digits), ...texts(email).map((each) => each.toLowerCase())].some((each) =>
              wanted.has(each),
            )
          return account.all('contact').find(({ kept }) => has(shownValues(account.lists, 'contact', kept)))?.id
        }),
    }),
    read: async (entity, refs, signal) => {
      if (refs.length === 0) return []
      return ask({ method: 'read', entity, size: refs.length }, signal, () =>
        refs.flatMap(({ id }) => account.find(entity, id) ?? []).map((record) => account.show(record)),
      )
    },
    changedSince: (entity, since, limit, signal) =>
      ask({ method: 'changedSince', entity }, signal, () =>
        account
          .all(entity)
          .filter(({ updatedAt }) => updatedAt > since)
          .sort((one, other) => other.updatedAt.getTime() - one.updatedAt.getTime())
          .slice(0, limit)
          .map(({ id, updatedAt }) => ({ id, updatedAt: new Date(updatedAt) })),
      ),
    async receive({ headers, body }) {
      if (headers.get('x-ledger-secret') !== settings.secret) {
        throw new AppError('unauthenticated', 'The ledger did not send this.')
      }
      return { response: { status: 200 }, heard: readHook(body) }
    },
    close: async () => {
      ledger.open--
    },
  }
  return adapter
}

function checkBatch(ledger: Ledger, entity: CrmEntity, writes: CrmWrite[]): void {
  const { abilities, refused } = ledger.account
  const fault =
    writes.length > abilities.batch
      ? `${writes.length} at once, where ${abilities.batch} are allowed`
      : new Set(writes.map(({ id }) => id !== undefined)).size > 1
        ? 'new ones and others in one write'
        : writes.some(({ contact }) => contact && 'make' in contact) && !abilities.dealsWithContacts
          ? 'a deal with its contact, which cannot be made together'
          : writes.some(({ marker, id }) => id === undefined && marker === '')
            ? 'a new one without a marker'
            : undefined
  if (fault === undefined) return
  refused.push(`${entity}: ${fault}`)
  throw new AppError('invalid', `The ledger takes no ${fault}.`)
}

const hookBody = z.object({
  heard: z.array(
    z.object({
      entity: z.enum(['contact', 'deal', 'note', 'task']),
      id: z.string(),
      deleted: z.boolean().optional(),
      on: z.object({ entity: z.enum(['contact', 'deal']), id: z.string() }).optional(),
    }),
  ),
})

function readHook(body: Uint8Array): CrmHeard[] {
  try {
    return hookBody.parse(JSON.parse(new TextDecoder().decode(body))).heard
  } catch (cause) {
    throw new AppError('invalid', 'The request of the ledger makes no sense.', { cause })
  }
}

function ending(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new AppError('timeout', 'The request was ended.')), { once: true })
  })
}

function digits(phone: string): string {
  return phone.replace(/\D/g, '')
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : value ? [String(value)] : []
}
