import { z } from 'zod'
import { checkTemplate } from '../../../src/platform/check-template.ts'
import { itemsSchema, placeSchema } from './place.ts'

/** What placeholders of a request may begin with. */
export const requestRoots = [
  'id',
  'ids',
  'fields',
  'names',
  'marker',
  'markers',
  'contact_id',
  'on',
  'on_contact',
  'on_deal',
  'phone',
  'email',
  'since',
  'since_ms',
  'since_s',
  'limit',
  'cursor',
  'pipeline',
  'now',
  'now_ms',
  'hook_url',
  'hook_secret',
  'hook_id',
  'constants',
] as const

export const headerNameSchema = z.string().regex(/^[A-Za-z0-9-]{1,100}$/, 'expected the name of a header')

const texts = (what: string, name = z.string().min(1).max(200)) =>
  z
    .record(name, z.string().max(5000))
    .superRefine((pairs, context) => {
      for (const [name, template] of Object.entries(pairs)) addFault(context, template, [name])
    })
    .describe(what)

/** A request whose texts may hold placeholders. */
export const requestSchema = z
  .strictObject({
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
    path: z
      .string()
      .max(2000)
      .regex(/^\//, 'expected a path behind the base address, beginning with /')
      .superRefine((template, context) => addFault(context, template, [])),
    query: texts('Added to the address; what comes out empty is left out.').default({}),
    headers: texts('Besides those of all requests.', headerNameSchema).default({}),
    json: z
      .json()
      .optional()
      .describe(
        'The body; a text that is one placeholder keeps its type, what comes out empty is left out, "..." is laid open, an object whose "?" is empty is left out.',
      )
      .superRefine((value, context) => {
        for (const { path, text } of leavesOf(value)) addFault(context, text, path)
      }),
    form: texts('The body as a form.').optional(),
  })
  .refine(({ json, form }) => json === undefined || form === undefined, {
    path: ['form'],
    message: 'expected either json or form',
  })
export type RestRequest = z.infer<typeof requestSchema>

/** A request that answers with several things, perhaps page by page. */
export const listingSchema = z.strictObject({
  request: requestSchema,
  items: itemsSchema,
  next: placeSchema.optional().describe('What the next page is asked for by, as {{ cursor }}; absent on the last one.'),
})
export type Listing = z.infer<typeof listingSchema>

type Issues = { addIssue(issue: { code: 'custom'; path?: PropertyKey[]; message: string }): void }

/** Adds the fault of a template, if it has one. */
export function addFault(
  context: Issues,
  template: string,
  path: PropertyKey[],
  roots: readonly string[] = requestRoots,
): void {
  const fault = checkTemplate(template, '', roots)
  if (fault) context.addIssue({ code: 'custom', path, message: fault.message })
}

/** The texts of a JSON value, with their paths. */
export function leavesOf(value: unknown, path: PropertyKey[] = []): { path: PropertyKey[]; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, item]) =>
    leavesOf(item, [...path, Array.isArray(value) ? Number(name) : name]),
  )
}
