import { contactFieldNames } from '../../contacts/contact.ts'
import type { Scope } from '../scope.ts'
import type { CalculatorValue, MaybeValue } from './value.ts'

/** What a script sees besides the scope of placeholders. */
export interface ScriptPlace {
  /** None in a group in which nobody wrote. */
  clientId: number | undefined
  /** The number of the client's current deal. */
  orderId(): number | undefined
}

/** Names that scripts can read in any block, for the reference page. */
export const placeVariables: Readonly<Record<string, string>> = {
  question: 'the message that moved the run here',
  client_id: "the client's number",
  order_id: 'the current active order, as `{client_id}-{order_id}`; none without one',
}

/** Everything that placeholders see but deals, which have functions of their own. */
const spaces = ['contact', 'sender', 'run', 'project', 'message', 'conversation', 'trigger'] as const

/** Spaces that a script only reads; their names cannot be set as `project.name`. */
export const readOnlySpaces: readonly string[] = spaces.filter((space) => space !== 'contact' && space !== 'run')

/** The fields that every contact has, by the names that placeholders and scripts use. */
const contactFields = new Set(['id', 'name', 'labels', ...contactFieldNames.values()])

/**
 * The value that a variable has before a script. A bare name is, the first that has a value: the contact's attribute, the run's
 * variable, the contact's field, the project's variable, or a name of the place. `contact`, `run`, `project` and so on are
 * dictionaries.
 */
export function readVariable(name: string, scope: Scope, place: ScriptPlace): MaybeValue {
  const { contact, run, project } = scope
  const isField = contactFields.has(name)
  if (!isField && hasValue(contact, name)) return asValue(contact[name])
  if (Object.hasOwn(run, name)) return asValue(run[name])
  if (isField && name !== 'id' && hasValue(contact, name)) return asValue(contact[name])
  if (Object.hasOwn(project, name)) return asValue(project[name])
  const space = spaces.find((known) => known === name)
  return space ? asValue(scope[space]) : ofPlace(name, scope, place)
}

function ofPlace(name: string, scope: Scope, { clientId, orderId }: ScriptPlace): MaybeValue {
  if (name === 'question') return scope.message.text as string | undefined
  if (name === 'client_id') return clientId
  const order = name === 'order_id' ? orderId() : undefined
  return order === undefined ? undefined : `${clientId}-${order}`
}

function hasValue(values: Record<string, unknown>, name: string): boolean {
  return Object.hasOwn(values, name) && values[name] !== null && values[name] !== undefined
}

/** As JSON carries it: moments are texts, what is undefined is left out. */
function asValue(value: unknown): MaybeValue {
  if (typeof value !== 'object' || value === null) return value as MaybeValue
  return JSON.parse(JSON.stringify(value)) as CalculatorValue
}
