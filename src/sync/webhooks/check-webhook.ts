import { readAttributes } from '../../contacts/attributes.store.ts'
import { contactFieldNames } from '../../contacts/contact.ts'
import { readPipelines, readSpots } from '../../crm/pipelines.store.ts'
import { templatesIn } from '../../flows/blocks/templates-in.ts'
import { type Group, type Rule, rulesOf } from '../../flows/conditions/condition.ts'
import { checkTemplate, namesIn } from '../../platform/check-template.ts'
import { closestWord } from '../../platform/closest-word.ts'
import type { Queryable } from '../../platform/database/database.ts'
import type { Fault } from '../../platform/errors.ts'
import { invalidInput } from '../../platform/faults.ts'
import { fixedFields, webhookRoots } from './webhook-scope.ts'

/** What of a subscription refers to what the project has. */
export interface WebhookReferences {
  filter: Group | null
  template: unknown
  headers: Record<string, string>
  /** Those with secret values, by name. */
  secretHeaders: Record<string, unknown>
}

/**
 * Throws `invalid` with every fault of a filter, a template and headers, each with where it stands: fields, attributes, pipelines and
 * stages that the project does not have, and placeholders that cannot be filled in.
 */
export async function checkWebhook(db: Queryable, projectId: number, webhook: WebhookReferences): Promise<void> {
  const known = await readKnown(db, projectId)
  const faults = [
    ...filterFaults(webhook.filter, known),
    ...templateFaults(templatesIn(webhook.template, 'template'), known),
    ...templateFaults(templatesIn(webhook.headers, 'headers'), known),
    ...doubledHeaders(webhook),
  ]
  if (faults.length > 0) throw invalidInput('webhook', faults)
}

/** What the fields of a project can be, by their names in placeholders. */
interface Known {
  contactFields: readonly string[]
  /** The names that spots, pipelines and stages have. */
  places: ReadonlyMap<string, readonly string[]>
}

async function readKnown(db: Queryable, projectId: number): Promise<Known> {
  const attributes = await readAttributes(db, projectId)
  const pipelines = await readPipelines(db, projectId)
  return {
    contactFields: [
      'id',
      'name',
      'labels',
      'responsible_id',
      ...contactFieldNames.values(),
      ...attributes.map(({ name }) => name),
    ],
    places: new Map([
      ['deal.spot', (await readSpots(db, projectId)).map(({ name }) => name)],
      ['deal.pipeline', pipelines.map(({ name }) => name)],
      ['deal.stage', pipelines.flatMap(({ stages }) => stages.map(({ name }) => name))],
    ]),
  }
}

function filterFaults(filter: Group | null, known: Known): Fault[] {
  if (!filter) return []
  return rulesOf(filter, 'filter.').flatMap(({ path, rule }) => {
    const message = fieldFault(rule.field.split('.'), known)
    if (message) return [{ path: `${path}.field`, message }]
    return [
      ...placeFaults(rule, `${path}.value`, known),
      ...templateFaults(templatesIn(rule.value, `${path}.value`), known),
    ]
  })
}

/** A deal is never where there is no such place. */
function placeFaults({ field, operator, value }: Rule, path: string, { places }: Known): Fault[] {
  const names = places.get(field)
  if (!names || !['equals', 'not_equals', 'in_list'].includes(operator)) return []
  const lower = names.map((name) => name.trim().toLowerCase())
  return [value].flat().flatMap((wanted) => {
    if (typeof wanted !== 'string' || wanted.includes('{{') || lower.includes(wanted.trim().toLowerCase())) return []
    const what = field.replace('deal.', '')
    return [{ path, message: `the project has no ${what} "${wanted}"; ${meant(wanted, [...new Set(names)])}` }]
  })
}

/** Texts by their paths. */
function templateFaults(templates: Record<string, string>, known: Known): Fault[] {
  return Object.entries(templates).flatMap(([path, template]) => {
    const fault = checkTemplate(template, path, webhookRoots)
    if (fault) return [fault]
    return namesIn(template).flatMap((name) => {
      const message = fieldFault(name, known)
      return message ? [{ path, message }] : []
    })
  })
}

/** Why nothing ever stands there; undefined where something can. */
function fieldFault([root = '', name]: string[], { contactFields }: Known): string | undefined {
  const fields = root === 'contact' ? contactFields : fixedFields.get(root)
  if (name === undefined || !fields || fields.includes(name)) return undefined
  if (root === 'contact') return `contacts have no field or attribute "${name}"; ${meant(name, fields)}`
  return `${root} has no field "${name}"; ${meant(name, fields)}`
}

function doubledHeaders({ headers, secretHeaders }: WebhookReferences): Fault[] {
  const seen = new Set<string>()
  const all = [
    ...Object.keys(headers).map((name) => ({ path: `headers.${name}`, name })),
    ...Object.keys(secretHeaders).map((name) => ({ path: `secretHeaders.${name}`, name })),
  ]
  return all.flatMap(({ path, name }) => {
    if (seen.has(name.toLowerCase())) return [{ path, message: 'is there twice; expected each header once' }]
    seen.add(name.toLowerCase())
    return []
  })
}

function meant(typed: string, words: readonly string[]): string {
  const closest = closestWord(typed, words)
  if (closest) return `did you mean "${closest}"?`
  if (words.length === 0) return 'it has none'
  return `expected one of ${words.slice(0, 20).join(', ')}${words.length > 20 ? ' …' : ''}`
}
