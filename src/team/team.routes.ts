import type { Database } from '../platform/database/database.ts'
import type { Vault } from '../platform/secrets.ts'
import { accessOf, type Keyring } from './authenticate-key.ts'
import type { WorkContext } from './context.ts'
import { createApiKey } from './create-api-key.ts'
import { createOperator } from './create-operator.ts'
import { deleteVariable } from './delete-variable.ts'
import { isAvailable, type Operator } from './operator.ts'
import { readOperator } from './read-operator.ts'
import { readProject } from './read-project.ts'
import { revokeApiKey } from './revoke-api-key.ts'
import { type Route, route } from './route.ts'
import { setShift } from './set-shift.ts'
import { setVariable } from './set-variable.ts'
import * as calls from './team.schemas.ts'
import { type ApiKey, listApiKeys, listOperators, selectVariables } from './team.store.ts'
import { updateOperator } from './update-operator.ts'
import { updateProject } from './update-project.ts'
import type { Variable } from './variable.ts'

/** The calls about the project, its variables, its operators and its API keys. */
export function teamRoutes({ db, vault, keyring }: { db: Database; vault: Vault; keyring: Keyring }): Route[] {
  return [
    route(calls.getProject, ({ context }) => readProject(db, context.projectId)),
    route(calls.patchProject, ({ context, body }) => db.transaction((tx) => updateProject(tx, context, body))),

    route(calls.getVariables, async ({ context }) => {
      const variables = await selectVariables(db, context.projectId)
      return { items: variables.map(hideSecret) }
    }),
    route(calls.putVariable, async ({ context, params, body }) =>
      hideSecret(await db.transaction((tx) => setVariable(tx, context, vault, { ...body, name: params.name }))),
    ),
    route(calls.removeVariable, ({ context, params }) =>
      db.transaction((tx) => deleteVariable(tx, context, params.name)),
    ),

    route(calls.getOperators, async ({ context, query }) => {
      const { items, nextCursor } = await listOperators(db, context.projectId, query)
      return { items: await showAvailable(db, context, items), nextCursor }
    }),
    route(calls.postOperator, async ({ context, body }) =>
      showOne(db, context, await db.transaction((tx) => createOperator(tx, context, body))),
    ),
    route(calls.getOperator, async ({ context, params }) =>
      showOne(db, context, await readOperator(db, context.projectId, params.id)),
    ),
    route(calls.patchOperator, async ({ context, params, body }) =>
      showOne(db, context, await db.transaction((tx) => updateOperator(tx, context, { ...body, id: params.id }))),
    ),
    route(calls.putShift, async ({ context, params, body }) =>
      showOne(db, context, await db.transaction((tx) => setShift(tx, context, { ...body, operatorId: params.id }))),
    ),

    route(calls.getApiKeys, async ({ context, query }) => {
      const page = await listApiKeys(db, context.projectId, query)
      return { ...page, items: page.items.map(showAccess) }
    }),
    route(calls.postApiKey, async ({ context, body }) => {
      const { key, row } = await db.transaction((tx) => createApiKey(tx, context, body))
      return { ...showAccess(row), key }
    }),
    route(calls.removeApiKey, async ({ context, params }) => {
      const row = await db.transaction((tx) => revokeApiKey(tx, context, params.id))
      keyring.forget(row.id)
      return showAccess(row)
    }),
  ]
}

async function showAvailable(db: Database, { projectId, now }: WorkContext, operators: Operator[]) {
  const { timeZone } = await readProject(db, projectId)
  return operators.map((operator) => ({ ...operator, available: isAvailable(operator, timeZone, now) }))
}

async function showOne(db: Database, context: WorkContext, operator: Operator) {
  const [shown] = await showAvailable(db, context, [operator])
  return shown!
}

function hideSecret(variable: Variable) {
  return { ...variable, value: variable.secret ? null : variable.value }
}

function showAccess(row: ApiKey) {
  return { ...row, access: accessOf(row.scopes) }
}
