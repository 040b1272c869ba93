import type { CrmLists } from '../crm.ts'
import type { CrmMapping } from './mapping.ts'
import type { OurOperator, OurSide } from './our-side.ts'

interface Users {
  mapping: CrmMapping
  lists: CrmLists | null
}

/** The user there who stands for an operator: by the mapping, else by the same e-mail; or why there is none. */
export function userThere({ mapping, lists }: Users, operator: OurOperator): { value: string } | { fault: string } {
  const mapped = mapping.users.find(({ operator: named }) => isNamed(operator, named))
  const user = mapped ? mapped.user : lists?.users.find(({ email }) => isEmail(operator, email))?.id
  return user === undefined ? { fault: `no user there stands for the operator ${operator.name}` } : { value: user }
}

/**
 * The operator for whom a user there stands, or why there is none. Where several operators name the same user, the current one counts, else
 * the first.
 */
export function operatorHere(
  { mapping, lists, side }: Users & { side: OurSide },
  userId: string,
  current?: number | null,
): { value: OurOperator } | { fault: string } {
  const found = side.operators.filter((operator) => {
    const there = userThere({ mapping, lists }, operator)
    return 'value' in there && there.value === userId
  })
  const operator = found.find(({ id }) => id === current) ?? found[0]
  if (operator) return { value: operator }
  return { fault: `no operator of ours stands for the user ${nameOfUser(lists, userId)}` }
}

/** The operators that a mapping's word means: by e-mail, else by name. */
export function operatorsNamed(operators: OurOperator[], named: string): OurOperator[] {
  const byEmail = operators.filter((operator) => isEmail(operator, named))
  return byEmail.length > 0 ? byEmail : operators.filter(({ name }) => name === named)
}

/** What a user there is called. */
export function nameOfUser(lists: CrmLists | null, id: string): string {
  return lists?.users.find((user) => user.id === id)?.name ?? id
}

function isNamed(operator: OurOperator, named: string): boolean {
  return isEmail(operator, named) || operator.name === named
}

function isEmail(operator: OurOperator, email: string | undefined): boolean {
  return email !== undefined && email !== '' && operator.email?.toLowerCase() === email.toLowerCase()
}
