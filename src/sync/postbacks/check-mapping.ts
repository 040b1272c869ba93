import { readAttributes } from '../../contacts/attributes.store.ts'
import { findPlace } from '../../crm/find-place.ts'
import type { Queryable } from '../../platform/database/database.ts'
import { AppError, type Fault } from '../../platform/errors.ts'
import { checkJsonPath } from '../../platform/json-path.ts'
import type { PostbackMapping } from './postback.ts'

/**
 * What the schema of a mapping cannot see: faulty JSONPaths, attributes and places of deals that do not exist, finders that
 * nothing fills.
 */
export async function checkMapping(db: Queryable, projectId: number, mapping: PostbackMapping): Promise<Fault[]> {
  const { fields, findBy } = mapping
  const names = fields.filter(({ to }) => to.startsWith('attributes.')).map(({ to }) => to.slice('attributes.'.length))
  const known = new Set(
    (await readAttributes(db, projectId, names)).map((definition) => `attributes.${definition.name}`),
  )
  const filled = new Set(fields.map(({ to }) => to))
  return [
    ...fields.flatMap(({ from, to }, index) => {
      const path = `mapping.fields[${index}]`
      const pathFault = checkJsonPath(from)
      const unknown = to.startsWith('attributes.') && !known.has(to)
      return [
        ...(pathFault ? [{ path: `${path}.from`, message: pathFault }] : []),
        ...(unknown
          ? [
              {
                path: `${path}.to`,
                message: `the project has no attribute "${to.slice('attributes.'.length)}"; define it first`,
              },
            ]
          : []),
      ]
    }),
    ...findBy.flatMap((name, index) =>
      filled.has(name)
        ? []
        : [
            {
              path: `mapping.findBy[${index}]`,
              message: `no field goes to "${name}"; expected one of the fields' targets`,
            },
          ],
    ),
    ...(await checkDeal(db, projectId, mapping, filled)),
  ]
}

async function checkDeal(
  db: Queryable,
  projectId: number,
  { deal, fields }: PostbackMapping,
  filled: ReadonlySet<string>,
): Promise<Fault[]> {
  const finder = deal?.findBy
  const lost = finder !== undefined && !filled.has(`deal.variables.${finder}`)
  const faults = lost
    ? [{ path: 'mapping.deal.findBy', message: `no field goes to "deal.variables.${finder}"; add one` }]
    : []
  const makes = deal?.rule !== 'current' && (deal !== undefined || fields.some(({ to }) => to.startsWith('deal.')))
  if (!makes) return faults
  try {
    await findPlace(db, projectId, { spot: deal?.spot, pipeline: deal?.pipeline, stage: deal?.stage })
    return faults
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return [...faults, ...error.faults.map(({ path, message }) => ({ path: `mapping.deal.${path}`, message }))]
  }
}
