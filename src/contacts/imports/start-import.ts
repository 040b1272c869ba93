import type { Tx } from '../../platform/database/database.ts'
import { AppError, type Fault } from '../../platform/errors.ts'
import { invalidInput } from '../../platform/faults.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { readLabels } from '../add-labels.ts'
import { readAttributes } from '../attributes.store.ts'
import { importForUpdate } from './get-import.ts'
import { guessTargets } from './guess-targets.ts'
import { type ContactImport, isUnderWay, progressOf } from './import.ts'
import { deleteKeys, updateImportRow } from './imports.store.ts'
import type { ImportMode, ImportSettings } from './imports.table.ts'
import { canFind, takesSeveral, targetFault, usualFinders } from './target.ts'

export interface ImportStart {
  importId: number
  /** What each column is taken for, in their order; as guessed by the heads when absent. */
  targets?: (string | null)[]
  findBy?: string[]
  mode?: ImportMode
  labels?: string[]
  /** Only says what would become of each row. */
  dryRun?: boolean
}

/**
 * Begins to make contacts of the rows of a file, or only to say what would become of them. It is done behind this, batch
 * by batch. Started again it goes through all rows anew, which changes nothing where nothing has changed. Throws `invalid`
 * with every fault, `not_found`, and `conflict` while it is under way.
 */
export async function startImport(tx: Tx, context: WorkContext, input: ImportStart): Promise<ContactImport> {
  const before = await importForUpdate(tx, context.projectId, input.importId)
  if (isUnderWay(before)) throw new AppError('conflict', `Import ${before.id} is under way; wait for it, or cancel it.`)
  const settings = await readSettings(tx, context, before, input)
  await deleteKeys(tx, before.id)
  const started = await updateImportRow(tx, before.id, {
    status: input.dryRun ? 'checking' : 'running',
    settings,
    operatorId: context.by.kind === 'operator' ? context.by.id : null,
    done: 0,
    made: 0,
    updated: 0,
    unchanged: 0,
    refused: 0,
    startedAt: context.now,
    finishedAt: null,
  })
  await recordWork(tx, context, 'import.started', {}, progressOf(started))
  return started
}

async function readSettings(
  tx: Tx,
  context: WorkContext,
  { columns }: ContactImport,
  input: ImportStart,
): Promise<ImportSettings> {
  const attributes = await readAttributes(tx, context.projectId)
  const targets = input.targets ?? guessTargets(columns, attributes)
  const findBy = input.findBy ?? usualFinders(targets)
  const faults = [
    ...targetFaults(columns, targets, new Set(attributes.map(({ name }) => name))),
    ...finderFaults(targets, findBy),
  ]
  if (faults.length > 0) throw invalidInput('import', faults)
  return { targets, findBy, mode: input.mode ?? 'both', labels: readLabels(input.labels ?? []) }
}

function targetFaults(
  columns: readonly string[],
  targets: readonly (string | null)[],
  attributes: ReadonlySet<string>,
): Fault[] {
  if (targets.length !== columns.length) {
    const message = `has ${targets.length} items; expected one for each of the ${columns.length} columns, null to leave one out`
    return [{ path: 'targets', message }]
  }
  return targets.flatMap((target, index) => {
    if (target === null) return []
    const isSecond = targets.indexOf(target) < index && !takesSeveral(target)
    const message =
      targetFault(target, attributes) ?? (isSecond ? `another column is taken for "${target}" already` : undefined)
    return message ? [{ path: `targets[${index}]`, message }] : []
  })
}

function finderFaults(targets: readonly (string | null)[], findBy: readonly string[]): Fault[] {
  if (findBy.length === 0) {
    const message = 'nothing tells who a contact is; expected a column of phone, email, username, identity.KIND or id'
    return [{ path: 'findBy', message }]
  }
  return findBy.flatMap((finder, index) => {
    const message = !canFind(finder)
      ? `contacts cannot be found by "${finder}"; expected id, phone, email, username or identity.KIND`
      : targets.includes(finder)
        ? undefined
        : `no column is taken for "${finder}"`
    return message ? [{ path: `findBy[${index}]`, message }] : []
  })
}
