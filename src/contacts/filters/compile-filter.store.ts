import { and, or, type SQL } from 'drizzle-orm'
import { closestWord } from '../../platform/closest-word.ts'
import type { Fault } from '../../platform/errors.ts'
import { invalidInput, joinPath } from '../../platform/faults.ts'
import { type FilterGroup, type FilterRule, isGroup } from './filter.ts'
import type { FilterField, FilterView } from './filter-field.store.ts'

/**
 * Makes the condition on `contacts` that a filter stands for. Throws `invalid` with every fault: what field, operator or value
 * is wrong, where it stands below `at`, and what is expected.
 */
export function compileFilter(
  filter: FilterGroup,
  fields: ReadonlyMap<string, FilterField>,
  view: FilterView,
  at = 'filter',
): SQL {
  const faults: Fault[] = []
  const condition = compileGroup(filter, at)
  if (faults.length > 0) throw invalidInput('filter', faults)
  return condition!

  function compileGroup(group: FilterGroup, path: string): SQL | undefined {
    const conditions = group.rules.map((item, index) => {
      const here = joinPath(path, ['rules', index])
      return isGroup(item) ? compileGroup(item, here) : compileRule(item, here)
    })
    return group.match === 'any' ? or(...conditions) : and(...conditions)
  }

  function compileRule(rule: FilterRule, path: string): SQL | undefined {
    const field = fields.get(rule.field)
    if (!field)
      return refuse(path, 'field', `there is no field "${rule.field}"; ${suggestion(rule.field, [...fields.keys()])}`)
    const names = Object.keys(field.operators)
    const operator = names.includes(rule.operator) ? field.operators[rule.operator] : undefined
    if (!operator) {
      const message = `"${rule.operator}" is no operator of ${field.name}; ${suggestion(rule.operator, names)}`
      return refuse(path, 'operator', message)
    }
    if (!operator.expects && rule.value !== undefined && rule.value !== null) {
      return refuse(path, 'value', `${shown(rule.value)} stands here; expected no value for ${rule.operator}`)
    }
    const compiled = operator.condition(view, rule.value)
    if (compiled) return compiled
    const given = rule.value === undefined ? 'is missing' : `${shown(rule.value)} cannot be used here`
    return refuse(path, 'value', `${given}; expected ${operator.expects}`)
  }

  function refuse(path: string, part: keyof FilterRule, message: string): undefined {
    faults.push({ path: joinPath(path, [part]), message })
  }
}

function suggestion(typed: string, known: string[]): string {
  const closest = closestWord(typed, known)
  return closest ? `did you mean "${closest}"?` : `expected one of ${known.join(', ')}`
}

function shown(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
