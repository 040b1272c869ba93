import { type ContactFields, contactFieldNames } from '../contact.ts'

/** The contact's own fields by the names that targets have, which are those of placeholders. */
export const fieldTargets: ReadonlyMap<string, keyof ContactFields> = new Map(
  [...contactFieldNames].map(([field, name]) => [name, field]),
)

/** What a column can be taken for besides the fields, `identity.KIND` and `attributes.NAME`. */
const otherTargets = ['id', 'name', 'name_last_first', 'responsible', 'labels']

/** Several columns may be taken for one of these, and a cell may hold several, parted by commas or semicolons. */
const multiple = new Set(['phone', 'email', 'labels'])

/** All targets of a project's import, for those who choose. */
export const targetHelp =
  `${[...fieldTargets.keys()].join(', ')}, id (the number of the contact), name (first, then last name), ` +
  'name_last_first, responsible (an operator by e-mail, name or number), labels, identity.KIND, or attributes.NAME'

/** Why a text is no target of this project; undefined when it is one. */
export function targetFault(target: string, attributes: ReadonlySet<string>): string | undefined {
  if (fieldTargets.has(target) || otherTargets.includes(target)) return undefined
  const [, kind] = /^identity\.([a-z][a-z0-9_]{0,39})$/.exec(target) ?? []
  if (kind) return undefined
  const [, name] = /^attributes\.(.+)$/s.exec(target) ?? []
  if (name === undefined) return `"${target}" is nothing that a column can be taken for; expected ${targetHelp}`
  return attributes.has(name) ? undefined : `the project has no attribute "${name}"; define it first`
}

/** Whether several columns may be taken for it. */
export function takesSeveral(target: string): boolean {
  return multiple.has(target) || target.startsWith('identity.')
}

/** Whether contacts can be found by it. */
export function canFind(target: string): boolean {
  return ['id', 'phone', 'email', 'username'].includes(target) || target.startsWith('identity.')
}

/** What finds contacts when nothing is named: all that the columns have; a username only where there is nothing surer. */
export function usualFinders(targets: readonly (string | null)[]): string[] {
  const finders = [...new Set(targets.filter((target) => target !== null && canFind(target)))] as string[]
  const sure = finders.filter((target) => target !== 'username')
  return sure.length > 0 ? sure : finders
}
