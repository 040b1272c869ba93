import { type Locale, readAttribute } from '../../contacts/attribute.ts'
import type { AttributeValue } from '../../contacts/contacts.table.ts'
import { readNamedAttributes } from '../../contacts/named-attributes.store.ts'
import type { Queryable } from '../../platform/database/database.ts'
import { storable } from '../../platform/storable.ts'
import { CalculatorFault } from './fault.ts'
import type { Program } from './program.ts'
import { readOnlySpaces } from './script-variables.ts'
import { type CalculatorValue, nameOfKind } from './value.ts'

/** Where the variables that a script wrote are kept. */
export interface Kept {
  /** Of the run. */
  run: Record<string, CalculatorValue>
  /** Of the contact, read by the types of the attributes. */
  attributes: Record<string, AttributeValue>
}

/**
 * Sorts what a script wrote: a name that is one of the project's attributes is the contact's, every other one the run's;
 * `run.name` and `contact.name` say which is meant. Throws `CalculatorFault` with the line of the assignment when a value does
 * not fit its attribute, or the name cannot be set.
 */
export async function sortWritten(
  db: Queryable,
  program: Program,
  written: Record<string, CalculatorValue>,
  { projectId, locale, hasContact }: { projectId: number; locale: Locale; hasContact: boolean },
): Promise<Kept> {
  const kept: Kept = { run: {}, attributes: {} }
  const names = Object.keys(written)
  const wanted = names.map((name) => name.replace(/^contact\./, ''))
  const known = await readNamedAttributes(db, projectId, wanted)
  for (const name of names) {
    // A plain copy: dictionaries of scripts have no prototype, and would differ from what is stored.
    const value = storable(written[name]) as CalculatorValue
    const [space, rest] = spaceOf(name)
    const refuse = (reason: string) => new CalculatorFault(reason, program.source, placeOf(program, name))
    if (readOnlySpaces.includes(space)) throw refuse(`"${name}" can only be read; expected a name without "${space}."`)
    const bare = space === 'contact' ? rest : name
    const attribute = space === 'run' || !hasContact ? undefined : known.get(bare)
    if (space === 'contact' && !attribute) {
      throw refuse(
        hasContact
          ? `the project has no attribute "${rest}" of contacts; define it first, or correct the name`
          : 'nobody has written in this group, so there is no contact whose attribute could be set',
      )
    }
    if (attribute) {
      const read = readAttribute(attribute, value, locale)
      if ('expected' in read) throw refuse(`"${name}" cannot be ${nameOfKind(value)}; expected ${read.expected}`)
      kept.attributes[bare] = read.value
    } else kept.run[space === 'run' ? rest : name] = value
  }
  return kept
}

/** `run.city` stands for the variable `city`; a name without a known space before it is the whole name. */
function spaceOf(name: string): [space: string, rest: string] {
  const dot = name.indexOf('.')
  const space = name.slice(0, Math.max(dot, 0))
  return ['run', 'contact', ...readOnlySpaces].includes(space) ? [space, name.slice(dot + 1)] : ['', name]
}

/** Where the script wrote a variable last. */
function placeOf({ statements }: Program, name: string): number {
  return statements.findLast((statement) => statement.type !== 'expression' && statement.target === name)?.at ?? 0
}
