import { readAttributes } from '../../contacts/attributes.store.ts'
import type { Queryable } from '../../platform/database/database.ts'
import type { Fault } from '../../platform/errors.ts'
import { checkJsonPath } from '../../platform/json-path.ts'
import type { PostbackMapping } from './postback.ts'

/** What the schema of a mapping cannot see: faulty JSONPaths, attributes that do not exist, finders that nothing fills. */
export async function checkMapping(
  db: Queryable,
  projectId: number,
  { fields, findBy }: PostbackMapping,
): Promise<Fault[]> {
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
  ]
}
