import { closestWord } from '../../platform/closest-word.ts'
import type { Fault } from '../../platform/errors.ts'
import type { CrmLists } from '../crm.ts'
import { checkPipelines } from './check-pipelines.ts'
import type { CrmMapping, FieldMapping } from './mapping.ts'
import { misfit } from './misfit.ts'
import { findOurField, ourFields } from './our-fields.ts'
import type { MappedEntity, OurSide } from './our-side.ts'
import { fieldsThere, findTheirField, partsOf } from './their-fields.ts'
import { operatorsNamed } from './users.ts'

/**
 * What is wrong with a mapping, each with its path (`mapping.deal[2].theirs`): fields, stages and people that do not exist, fields that
 * cannot be kept in one another, what is mapped twice. While the account was never read (`lists` null) only our side is checked. Pure.
 */
export function checkMapping(mapping: CrmMapping, lists: CrmLists | null, side: OurSide): Fault[] {
  return [
    ...checkFields('contact', mapping.contact, lists, side),
    ...checkFields('deal', mapping.deal, lists, side),
    ...checkPipelines(mapping.pipelines, lists, side),
    ...checkUsers(mapping.users, lists, side),
  ]
}

function checkFields(entity: MappedEntity, fields: FieldMapping[], lists: CrmLists | null, side: OurSide): Fault[] {
  return fields.flatMap((mapped, index) => {
    const path = `mapping.${entity}[${index}]`
    const before = fields.slice(0, index)
    return [
      ...checkField(entity, mapped, lists, side, path),
      ...(before.some(({ theirs }) => theirs === mapped.theirs)
        ? [{ path: `${path}.theirs`, message: `"${mapped.theirs}" is mapped twice; keep one of the two` }]
        : []),
      ...(mapped.direction !== 'push' &&
      before.some(({ ours, direction }) => ours === mapped.ours && direction !== 'push')
        ? [{ path: `${path}.ours`, message: `"${mapped.ours}" would be taken from two fields; push one of the two` }]
        : []),
    ]
  })
}

function checkField(
  entity: MappedEntity,
  { ours: name, theirs, direction }: FieldMapping,
  lists: CrmLists | null,
  side: OurSide,
  path: string,
): Fault[] {
  const ours = findOurField(entity, name, side)
  const field = findTheirField(lists, entity, theirs)
  const faults: Fault[] = []
  if (!ours) faults.push({ path: `${path}.ours`, message: unknownOurs(entity, name, side) })
  if (theirs === 'tags')
    faults.push({ path: `${path}.theirs`, message: '"tags" stands for labels, and cannot be mapped besides' })
  if (lists && !field) faults.push({ path: `${path}.theirs`, message: unknownTheirs(entity, theirs, lists) })
  const message = ours && field && misfit(ours, field, direction)
  return message === undefined ? faults : [...faults, { path: `${path}.theirs`, message }]
}

function unknownOurs(entity: MappedEntity, name: string, side: OurSide): string {
  if (entity === 'contact' && name.startsWith('attributes.')) {
    const known = side.attributes.map((attribute) => attribute.name)
    return unknownName(name.slice('attributes.'.length), known, 'the project has no attribute')
  }
  if (entity === 'deal' && name.startsWith('variables.')) {
    return `"${name}" names no variable; expected letters, digits and underscores behind "variables."`
  }
  const known = ourFields(entity, { ...side, attributes: [] }).map((field) => field.name)
  const expected = `${known.join(', ')} or ${entity === 'contact' ? 'attributes' : 'variables'}.NAME`
  return unknownName(name, known, `a ${entity} has no field`, expected)
}

function unknownTheirs(entity: MappedEntity, key: string, lists: CrmLists): string {
  const fields = fieldsThere(lists, entity)
  const { base, kind } = partsOf(key)
  const field = fields.find((one) => one.key === base)
  if (field && kind !== undefined) {
    if (!field.variants?.length) return `the values of "${base}" have no kinds there; expected "${base}"`
    return unknownName(kind, field.variants, `"${base}" has no kind`, field.variants.join(', '))
  }
  const titled = fields.find(({ title }) => title.toLowerCase() === key.trim().toLowerCase())
  if (titled)
    return `a ${entity} there has no field of the key "${key}"; did you mean "${titled.key}" (${titled.title})?`
  return unknownName(
    key,
    fields.map((one) => one.key),
    `a ${entity} there has no field of the key`,
  )
}

function checkUsers(users: CrmMapping['users'], lists: CrmLists | null, side: OurSide): Fault[] {
  return users.flatMap(({ operator, user }, index) => {
    const path = `mapping.users[${index}]`
    const found = operatorsNamed(side.operators, operator)
    const faults: Fault[] = []
    if (found.length === 0) {
      const known = side.operators.flatMap(({ name, email }) => (email ? [email, name] : [name]))
      faults.push({ path: `${path}.operator`, message: unknownName(operator, known, 'the project has no operator') })
    } else if (found.length > 1) {
      faults.push({
        path: `${path}.operator`,
        message: `${found.length} operators are called "${operator}"; expected an e-mail`,
      })
    }
    const before = users.slice(0, index).flatMap((one) => operatorsNamed(side.operators, one.operator))
    if (found.some(({ id }) => before.some((one) => one.id === id))) {
      faults.push({ path: `${path}.operator`, message: `"${operator}" is mapped twice; keep one of the two` })
    }
    if (lists && !lists.users.some(({ id }) => id === user)) {
      const named = lists.users.find(({ name, email }) => name === user || email === user)
      const message = named
        ? `"${user}" is no id of a user there; did you mean "${named.id}" (${named.name})?`
        : unknownName(
            user,
            lists.users.map(({ id }) => id),
            'the account has no user',
          )
      faults.push({ path: `${path}.user`, message })
    }
    return faults
  })
}

/** Says that a name is none of those there are, and which was probably meant, or what is expected. */
function unknownName(typed: string, known: string[], where: string, expected?: string): string {
  const meant = closestWord(typed, known)
  if (meant !== undefined) return `${where} "${typed}"; did you mean "${meant}"?`
  return expected === undefined ? `${where} "${typed}"` : `${where} "${typed}"; expected one of ${expected}`
}
