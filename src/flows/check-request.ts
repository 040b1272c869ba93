import { contactScope } from '../contacts/contact.ts'
import { getContact } from '../contacts/get-contact.ts'
import { dealScope } from '../crm/deal.ts'
import { getDeal } from '../crm/get-deal.ts'
import type { Database } from '../platform/database/database.ts'
import { AppError, type ErrorCode } from '../platform/errors.ts'
import { parseInput } from '../platform/faults.ts'
import { type MappedValue, mapResponse } from '../platform/http-request/map-response.ts'
import { type HttpResult, performRequest } from '../platform/http-request/perform-request.ts'
import { type PreparedRequest, prepareRequest } from '../platform/http-request/prepare-request.ts'
import { maskSecrets } from '../platform/mask.ts'
import type { SafeHttp } from '../platform/safe-http/safe-http.ts'
import type { Vault } from '../platform/secrets.ts'
import { renderJson, renderText, renderUrl } from '../platform/templates.ts'
import type { WorkContext } from '../team/context.ts'
import { loadVariables } from '../team/load-variables.ts'
import { readProject } from '../team/read-project.ts'
import { type RequestOptions, requestOptionsSchema } from './blocks/external-request/request-options.ts'
import type { Scope } from './scope.ts'

export interface RequestCheckInput {
  /** The options of an external request block. */
  options: unknown
  /** Whose values the placeholders take. */
  contactId?: number
  dealId?: number
  /** What the run would know by then. */
  variables: Record<string, unknown>
}

export interface RequestCheck {
  /** The request with everything filled in; values of secrets are masked. */
  request: PreparedRequest
  /** Null when there was none; `error` says why. */
  response: HttpResult | null
  error: { code: ErrorCode; message: string } | null
  /** What each mapping would yield; nothing is kept. */
  mapping: MappedValue[]
}

/**
 * Performs the request of an external request block once for a chosen contact, by the same guarded way as a flow, and tells what
 * would be kept of the answer. Throws `invalid` for options or a contact's values that make no request, `not_found`.
 */
export async function checkRequest(
  { db, vault, safeHttp }: { db: Database; vault: Vault; safeHttp: SafeHttp },
  context: WorkContext,
  input: RequestCheckInput,
): Promise<RequestCheck> {
  const options = parseInput(requestOptionsSchema, input.options, 'external request', 'options')
  const { scope, secrets, timeZone } = await readScope(db, vault, context, input)
  const json = (value: unknown) => renderJson(value, scope, timeZone)
  const request = prepareRequest(options, {
    render: (template) => renderText(template, scope, timeZone),
    renderUrl: (template) => renderUrl(template, scope, timeZone),
    renderJson: json,
  })
  const answer = await perform({ ...request, retries: 0 }, safeHttp)
  const masked = maskSecrets({ request, ...answer, mapping: mapped(options, answer.response, json) }, secrets)
  return masked as RequestCheck
}

async function perform(
  request: PreparedRequest,
  safeHttp: SafeHttp,
): Promise<Pick<RequestCheck, 'response' | 'error'>> {
  try {
    return { response: await performRequest(request, safeHttp), error: null }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { response: null, error: { code: error.code, message: error.message } }
  }
}

function mapped(
  options: RequestOptions,
  response: HttpResult | null,
  json: (value: unknown) => unknown,
): MappedValue[] {
  return mapResponse(options.mapping, response ?? undefined, json)
}

async function readScope(
  db: Database,
  vault: Vault,
  { projectId, now }: WorkContext,
  { contactId, dealId, variables }: RequestCheckInput,
): Promise<{ scope: Scope; secrets: string[]; timeZone: string }> {
  const project = await readProject(db, projectId)
  const contact = contactId === undefined ? undefined : await getContact(db, projectId, contactId)
  const placed = dealId === undefined ? undefined : await getDeal(db, projectId, dealId)
  const { values, secrets } = await loadVariables(db, vault, projectId)
  const person = contact ? contactScope(contact) : {}
  const scope: Scope = {
    contact: person,
    sender: person,
    deal: placed ? dealScope(placed.deal, placed.place) : {},
    run: variables,
    project: values,
    message: {},
    conversation: {},
    trigger: {},
    now: now.toISOString(),
  }
  return { scope, secrets, timeZone: contact?.timeZone ?? project.timeZone }
}
