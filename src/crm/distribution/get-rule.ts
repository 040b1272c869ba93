import type { Queryable } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { readRules } from './distribution.store.ts'
import type { Rule } from './rule.ts'

/** The project's rule of that number; throws `not_found`. */
export async function getRule(db: Queryable, projectId: number, id: number): Promise<Rule> {
  const rule = (await readRules(db, projectId)).find((one) => one.id === id)
  if (!rule) throw new AppError('not_found', `There is no distribution rule ${id} in this project.`)
  return rule
}
