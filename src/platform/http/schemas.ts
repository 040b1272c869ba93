import { z } from 'zod'

const isoMoment = z
  .union([z.date(), z.iso.datetime({ offset: true })])
  .transform((value) => new Date(value).toISOString())

/** A moment of an answer: a date goes in, ISO 8601 in UTC comes out. */
export const momentSchema = isoMoment.meta({ type: 'string', format: 'date-time' })
export const nullableMomentSchema = isoMoment.nullable().meta({ type: ['string', 'null'], format: 'date-time' })

/** A row's number in an address. */
export const idSchema = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, 'expected a whole number above 0')
  .transform(Number)
  .meta({ type: 'integer', minimum: 1 })

/** Parameters of an address that ends with one row's number. */
export const idParams = z.object({ id: idSchema })

/** A yes or no in an address. */
export const flagSchema = z
  .enum(['true', 'false'])
  .transform((value) => value === 'true')
  .meta({ type: 'boolean' })

/** Any JSON, without its recursive form in the description of the API. */
export const jsonSchema = z.unknown().pipe(z.json())

/** How a list is asked for. */
export const pageQuery = z.object({
  cursor: z.string().max(500).optional().describe('`nextCursor` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('How many items at most.'),
})

/** A page of a list; `nextCursor` is null on the last one. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() })
}
