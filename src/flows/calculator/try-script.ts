import type { Database, Tx } from '../../platform/database/database.ts'
import { runTogether } from '../../platform/database/statement.ts'
import { maskSecrets } from '../../platform/mask.ts'
import type { Vault } from '../../platform/secrets.ts'
import type { WorkContext } from '../../team/context.ts'
import type { BlockRegistry } from '../block.ts'
import { EngineCache } from '../engine/engine-cache.ts'
import { type Rehearsal, rehearseStep } from '../engine/rehearse-step.ts'
import { runScript } from '../engine/run-script.ts'
import { calculatorFunctions } from './calculator-functions.ts'
import { scriptFaults } from './check-script.ts'
import { CalculatorFault } from './fault.ts'
import { type OwnChange, ownChanges } from './own-changes.store.ts'
import type { CalculatorValue } from './value.ts'

/** What came of a script that was tried. */
export interface TriedScript {
  /** Why it cannot run, or could not go on; empty when it came to its end. */
  faults: { line: number; column: number; message: string }[]
  /** Of its last statement. */
  value: CalculatorValue
  /** The variables that it wrote. */
  variables: Record<string, CalculatorValue>
  /** The calls that would have changed something, with what they gave. */
  calls: string[]
  /** What would have been recorded. */
  effects: (OwnChange & { text: string })[]
  /** The call for which a message of the same block would not be sent. */
  silencedBy: string | null
  /** What it printed. */
  output: string[]
  steps: number
  timeMs: number
}

interface Parts {
  db: Database
  vault: Vault
  blocks: BlockRegistry
}

/**
 * Runs a script for a contact as a block would, and takes everything back. Secrets are masked in what it gives. Throws
 * `not_found`, and `invalid` when deal or conversation are not the contact's.
 */
export async function tryScript(
  { db, vault, blocks }: Parts,
  work: WorkContext,
  { script, ...rehearsal }: Rehearsal & { script: string },
): Promise<TriedScript> {
  const begin = performance.now()
  const faults = scriptFaults(script, calculatorFunctions)
  const tried =
    faults.length > 0
      ? failed(faults, [])
      : await takenBack(db, (tx) => runForEffects(tx, work, new EngineCache(blocks, vault), rehearsal, script))
  return { ...tried, timeMs: Math.round((performance.now() - begin) * 10) / 10 }
}

type Tried = Omit<TriedScript, 'timeMs'>

async function runForEffects(
  tx: Tx,
  work: WorkContext,
  cache: EngineCache,
  rehearsal: Rehearsal,
  script: string,
): Promise<Tried> {
  const { step, context } = await rehearseStep(tx, work, cache, rehearsal)
  const { secrets } = context.project
  try {
    const { host, value, written, output, steps } = await runScript(step, script)
    await runTogether(tx, context.writes.statements())
    const effects = (await ownChanges(tx)).map((change) => ({ ...change, text: textOfChange(change) }))
    const tried: Tried = {
      faults: [],
      value,
      variables: written,
      calls: [...host.calls],
      effects,
      silencedBy: host.silencedBy() ?? null,
      output,
      steps,
    }
    return maskSecrets(tried, secrets) as Tried
  } catch (error) {
    if (!(error instanceof CalculatorFault)) throw error
    const { printed } = step.record.script as { printed: string[] }
    return maskSecrets(failed([error], printed), secrets) as Tried
  }
}

function failed(faults: CalculatorFault[], output: string[]): Tried {
  return {
    faults: faults.map(({ line, column, reason }) => ({ line, column, message: reason })),
    value: null,
    variables: {},
    calls: [],
    effects: [],
    silencedBy: null,
    output,
    steps: 0,
  }
}

/** `deal.stage_entered` of deal 12: "deal stage entered (contact 5, deal 12)". */
function textOfChange({ kind, contactId, conversationId, dealId }: OwnChange): string {
  const subjects = { contact: contactId, conversation: conversationId, deal: dealId }
  const named = Object.entries(subjects).flatMap(([name, id]) => (id === null ? [] : [`${name} ${id}`]))
  const what = kind.replaceAll(/[._]/g, ' ')
  return named.length > 0 ? `${what} (${named.join(', ')})` : what
}

/** The result of some work whose transaction is rolled back. */
async function takenBack<Result>(db: Database, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  let outcome: { result: Result } | undefined
  const rollback = new Error('What was tried is taken back.')
  try {
    await db.transaction(async (tx) => {
      outcome = { result: await work(tx) }
      throw rollback
    })
  } catch (error) {
    if (error !== rollback) throw error
  }
  return outcome!.result
}
