import { describe } from 'vitest'
import { batches } from './batches.ts'
import { openBench } from './bench.ts'
import { connecting } from './connecting.ts'
import { contacts } from './contacts.ts'
import { deals } from './deals.ts'
import { faults } from './faults.ts'
import type { CrmHarness, CrmPart } from './harness.ts'
import { hooks } from './hooks.ts'
import { lostAnswers } from './lost-answers.ts'
import { notesAndTasks } from './notes-and-tasks.ts'
import { records } from './records.ts'

export interface CrmContract {
  name: string
  make(): Promise<CrmHarness>
  /** Parts that this CRM cannot have, each with its reason; they are printed. */
  cannot?: Partial<Record<CrmPart, string>>
}

/** What every CRM must do, whatever its vendor: run by each adapter against its double. */
export function crmContract({ name, make, cannot = {} }: CrmContract): void {
  for (const [part, reason] of Object.entries(cannot)) {
    process.stdout.write(`The CRM contract of ${name} leaves out ${part}: ${reason}\n`)
  }

  describe(`${name} keeps the CRM contract`, () => {
    const bench = openBench(make, cannot)
    connecting(bench)
    records(bench)
    contacts(bench)
    deals(bench)
    batches(bench)
    notesAndTasks(bench)
    lostAnswers(bench)
    hooks(bench)
    faults(bench)
  })
}
