import type { Database } from '../platform/database/database.ts'
import type { Vault } from '../platform/secrets.ts'
import { accessOf, type Keyring } from './authenticate-key.ts'
import { createApiKey } from './create-api-key.ts'
import { createOperator } from './create-operator.ts'
import { deleteOperator } from './delete-operator.ts'
import { deleteVariable } from './delete-variable.ts'
import { readOperator } from './read-operator.ts'
import { readProject } from './read-project.ts'
import { revokeApiKey } from './revoke-api-key.ts'
import { type Route, route } from './route.ts'
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

    route(calls.getOperators, ({ context, query }) => listOperators(db, context.projectId, query)),
    route(calls.postOperator, ({ context, body }) => db.transaction((tx) => createOperator(tx, context, body))),
    route(calls.getOperator, ({ context, params }) => readOperator(db, context.projectId, params.id)),
    route(calls.patchOperator, ({ context, params, body }) =>
      db.transaction((tx) => updateOperator(tx, context, { ...body, id: params.id })),
    ),
    route(calls.removeOperator, ({ context, params }) =>
      db.transaction((tx) => deleteOperator(tx, context, params.id)),
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

function hideSecret(variable: Variable) {
  return { ...variable, value: variable.secret ? null : variable.value }
}

function showAccess(row: ApiKey) {
  return { ...row, access: accessOf(row.scopes) }
}
