import { afterEach, beforeEach, expect, test } from 'vitest'
import type { HookRequest } from '../../../src/conversations/channel.ts'
import { AppError } from '../../../src/platform/errors.ts'
import type { CrmEntity, CrmHeard, CrmRecord, CrmValue, CrmWrite, CrmWritten } from '../../../src/sync/crm.ts'
import type { CrmHarness, CrmPart } from './harness.ts'

/** Something to write whose marker may be left to the bench. */
type Unmarked = Omit<CrmWrite, 'marker'>

/** One adapter after another, connected anew for each test, and what the parts of the contract do with it again and again. */
export interface CrmBench {
  /** That of the test that runs. */
  readonly harness: CrmHarness
  /** What this CRM cannot have, with the reasons. */
  cannot: Partial<Record<CrmPart, string>>
  /** A test that is left out where the CRM cannot have what it is about. */
  testUnless(part: CrmPart, title: string, body: () => Promise<void>): void
  /** A marker that nothing has yet. */
  marker(): string
  write(entity: CrmEntity, ...writes: Unmarked[]): Promise<CrmWritten[]>
  /** Writes one and gives its id. */
  put(entity: CrmEntity, one: Unmarked & { marker?: string }): Promise<string>
  /** The one with this id; throws when there is none. */
  read(entity: CrmEntity, id: string, on?: CrmRecord['on']): Promise<CrmRecord>
  /** Makes a contact and gives its id. */
  contact(values?: Record<string, CrmValue>): Promise<string>
  /** Makes a deal with a contact of its own and gives its id. */
  deal(values?: Record<string, CrmValue>): Promise<string>
  /** A stage where deals are open, as `pipeline/stage`; -1 is the last one. */
  openStage(index?: number): Promise<string>
  /** Brings requests to the hook and gives what was heard. */
  hear(requests: HookRequest[]): Promise<CrmHeard[]>
  /** Closes the adapter before the test ends, which does so otherwise. */
  close(): Promise<void>
}

/** Makes a harness for each test of the suite that it is called in, and ends it afterwards. */
export function openBench(make: () => Promise<CrmHarness>, cannot: CrmBench['cannot']): CrmBench {
  let harness: CrmHarness
  let closed = false
  let marks = 0

  beforeEach(async () => {
    closed = false
    harness = await make()
    await harness.adapter.connect(never)
  })
  afterEach(async () => {
    if (!closed) await harness.adapter.close()
    await harness.stop()
  })

  const bench: CrmBench = {
    get harness() {
      return harness
    },
    cannot,
    testUnless(part, title, body) {
      if (cannot[part] === undefined) test(title, body)
    },
    marker: () => `parley-contract-${++marks}`,
    write: (entity, ...writes) =>
      harness.adapter.write(
        entity,
        writes.map((each) => ({ marker: bench.marker(), ...each })),
        never,
      ),
    put: async (entity, one) =>
      written(await harness.adapter.write(entity, [{ marker: bench.marker(), ...one }], never)).id,
    async read(entity, id, on) {
      const [record] = await harness.adapter.read(entity, [{ id, ...(on && { on }) }], never)
      if (!record) throw new Error(`There is no ${entity} ${id}.`)
      return record
    },
    contact: (values = {}) => bench.put('contact', { values: { name: 'Ann Example', ...values } }),
    async deal(values = {}) {
      const stage = await bench.openStage()
      const contact = { id: await bench.contact() }
      return bench.put('deal', { values: { name: 'A red car', stage, ...values }, contact })
    },
    async openStage(index = 0) {
      const { pipelines } = await harness.adapter.lists(never)
      const stages = pipelines.flatMap(({ id, stages }) =>
        stages.filter(({ type }) => type === 'open').map((stage) => `${id}/${stage.id}`),
      )
      return stages.at(index)!
    },
    async hear(requests) {
      const heard = []
      for (const request of requests) {
        const received = await harness.adapter.receive(request)
        expect(received.response.status).toBeGreaterThanOrEqual(200)
        expect(received.response.status).toBeLessThan(300)
        heard.push(...received.heard)
      }
      return heard
    },
    async close() {
      await harness.adapter.close()
      closed = true
    },
  }
  return bench
}

/** No call of these tests is ended by it. */
export const never = new AbortController().signal

/** The only answer, which is no refusal. */
export function written(answers: CrmWritten[]): Extract<CrmWritten, { ok: true }> {
  expect(answers).toHaveLength(1)
  const [answer] = answers
  if (!answer?.ok) throw answer?.error ?? new Error('There is no answer.')
  expect(answer.id).not.toBe('')
  return answer
}

/** The error that an attempt ends with. */
export async function failure(attempt: Promise<unknown>): Promise<AppError> {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(AppError)
  return error as AppError
}

export function unique(ids: string[]): boolean {
  return new Set(ids).size === ids.length && ids.every((id) => id !== '')
}

/** A moment in one spelling. */
export function moment(value: CrmValue | undefined): string {
  return new Date(String(value)).toISOString()
}
