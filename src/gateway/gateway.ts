import { Hono } from 'hono'
import { contactsRoutes } from '../contacts/contacts.routes.ts'
import { filtersRoutes } from '../contacts/filters/filters.routes.ts'
import { identitiesRoutes } from '../contacts/identities.routes.ts'
import { importsRoutes } from '../contacts/imports/imports.routes.ts'
import { mergeRoutes } from '../contacts/merge/merge.routes.ts'
import { notesRoutes } from '../contacts/notes.routes.ts'
import { channelsRoutes } from '../conversations/channels/channels.routes.ts'
import { conversationsRoutes } from '../conversations/conversations.routes.ts'
import { dialoguesRoutes } from '../conversations/dialogues.routes.ts'
import { crmRoutes } from '../crm/crm.routes.ts'
import { salesPlansRoutes } from '../crm/sales-plans/sales-plans.routes.ts'
import { tasksRoutes } from '../crm/tasks/tasks.routes.ts'
import { calculatorRoutes } from '../flows/calculator/calculator.routes.ts'
import { emailTemplatesRoutes } from '../flows/email-templates/email-templates.routes.ts'
import { flowsRoutes } from '../flows/flows.routes.ts'
import { runsRoutes } from '../flows/runs.routes.ts'
import { AppError } from '../platform/errors.ts'
import { knownIntegrations } from '../sync/blocks/known-integrations.ts'
import { exchangeRoutes } from '../sync/exchange/exchange.routes.ts'
import { integrationsRoutes } from '../sync/integrations/integrations.routes.ts'
import { mappingRoutes } from '../sync/mapping/mapping.routes.ts'
import { postbacksRoutes } from '../sync/postbacks/postbacks.routes.ts'
import { webhooksRoutes } from '../sync/webhooks/webhooks.routes.ts'
import { createKeyring } from '../team/authenticate-key.ts'
import { operatorIdentitiesRoutes } from '../team/identities/operator-identities.routes.ts'
import type { Route } from '../team/route.ts'
import { teamRoutes } from '../team/team.routes.ts'
import { apiOperations } from './api-operations.ts'
import { changesRoutes } from './changes.routes.ts'
import { mountConsent } from './consent.routes.ts'
import { contactCardRoutes } from './contact-card/contact-card.routes.ts'
import { declarationsRoutes } from './declarations/declarations.routes.ts'
import { mountCars } from './demo/cars.routes.ts'
import { endStreams } from './end-streams.ts'
import { filesRoutes, mountFileLinks } from './files/files.routes.ts'
import { filterFields } from './filter-fields.ts'
import { mountHealth } from './health.routes.ts'
import { mountHooks } from './hooks.routes.ts'
import { mergeFollowers } from './merge-followers.ts'
import { apiBase, mountRoutes } from './mount-routes.ts'
import { describeApi } from './openapi.ts'
import { mountPostbacks } from './postbacks.routes.ts'
import { problemOf } from './problems.ts'
import { requestIdOf } from './request-id.ts'
import type { Services } from './services.ts'
import { mountSignIn, signInRoutes } from './sign-in/sign-in.routes.ts'
import { version } from './version.ts'

/** The whole server as one app: hooks first, because they are many, then health, pages of channels and the API. */
export function createGateway(services: Services): Hono {
  const app = new Hono()
  app.onError((error, c) => problemOf(error, requestIdOf(c.req.raw), services.log))
  app.notFound((c) => {
    const error = new AppError(
      'not_found',
      `There is nothing at ${c.req.method} ${c.req.path}; ${apiBase}/openapi.json lists what there is.`,
    )
    return problemOf(error, requestIdOf(c.req.raw), services.log)
  })
  mountHooks(app, services)
  mountPostbacks(app, services)
  mountHealth(app, services)
  mountCars(app)
  mountFileLinks(app, services)
  mountSignIn(app, services)
  mountConsent(app, services)
  app.get('/', (c) => c.json({ name: 'Parley', version, api: `${apiBase}/openapi.json` }))
  app.use('/channels/*', endStreams(services.stopping))
  for (const definition of services.catalogue.values()) {
    if (definition.pages) app.route(`/channels/${definition.kind}`, definition.pages(services.pageHost))
  }
  mountApi(app, services)
  return app
}

function mountApi(app: Hono, services: Services): void {
  const keyring = createKeyring(services.db, services.clock)
  const routes = apiRoutes({ ...services, keyring })
  let description: object | undefined
  app.get(`${apiBase}/openapi.json`, (c) => {
    description ??= describeApi(apiOperations, version)
    return c.json(description)
  })
  mountRoutes(app, routes, services, keyring)
}

/** All calls of the API, by the modules that they belong to. */
export function apiRoutes(services: Services & { keyring: ReturnType<typeof createKeyring> }): Route[] {
  return [
    ...teamRoutes(services),
    ...operatorIdentitiesRoutes(services),
    ...channelsRoutes(services),
    ...signInRoutes(services),
    ...filesRoutes(services),
    ...contactsRoutes(services),
    ...filtersRoutes({ ...services, filterFields }),
    ...identitiesRoutes(services),
    ...importsRoutes(services),
    ...notesRoutes(services),
    ...mergeRoutes({ ...services, mergeFollowers }),
    ...conversationsRoutes(services),
    ...dialoguesRoutes(services),
    ...crmRoutes(services),
    ...tasksRoutes(services),
    ...salesPlansRoutes(services),
    ...flowsRoutes({ ...services, integrations: knownIntegrations }),
    ...emailTemplatesRoutes(services),
    ...runsRoutes(services),
    ...calculatorRoutes(services),
    ...webhooksRoutes(services),
    ...postbacksRoutes(services),
    ...integrationsRoutes(services),
    ...mappingRoutes(services),
    ...exchangeRoutes(services),
    ...contactCardRoutes(services),
    ...declarationsRoutes(services),
    ...changesRoutes(services),
  ]
}
