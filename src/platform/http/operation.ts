import type { ZodObject, ZodType, z } from 'zod'

/** What a key must be allowed to: `write` includes `read`, `admin` includes both. */
export type Access = 'read' | 'write' | 'admin'

/** One call of the API as plain data: the server mounts it, the OpenAPI document and clients are made from it. */
export interface Operation {
  /** Unique, a verb and its object: `listContacts`. */
  id: string
  tag: string
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** Below `/api/v1`, parameters in braces: `/contacts/{id}`. */
  path: string
  summary: string
  description?: string
  access: Access
  params?: ZodObject
  query?: ZodObject
  /** JSON; YAML too where `yaml` is set. */
  body?: ZodType
  yaml?: boolean
  /** The media type of a body that the handler reads itself, as it comes; instead of `body`. */
  consumes?: string
  /** The largest body in bytes; 1 MB when absent. */
  maxBody?: number
  /** Without it the answer is empty, 204. What the schema does not name never leaves. */
  answer?: ZodType
  /** The status of success when it is not 200. */
  status?: 201 | 202
  /** The media type of an answer that is not JSON. */
  produces?: string
}

/** Writes an operation down; its types follow from its schemas. */
export function operation<const Shape extends Operation>(shape: Shape): Shape {
  return shape
}

export type ParamsOf<Op> = Op extends { params: infer Schema extends ZodType } ? z.output<Schema> : Record<never, never>
export type QueryOf<Op> = Op extends { query: infer Schema extends ZodType } ? z.output<Schema> : Record<never, never>
export type BodyOf<Op> = Op extends { body: infer Schema extends ZodType } ? z.output<Schema> : undefined

/** What a handler answers: moments as dates, columns that the schema does not name are dropped. */
export type AnswerOf<Op> = Op extends { produces: string }
  ? Response
  : Op extends { answer: infer Schema extends ZodType }
    ? z.input<Schema>
    : // biome-ignore lint/suspicious/noConfusingVoidType: a handler without an answer returns nothing
      void

/** What a client receives, as JSON carries it. */
export type WireOf<Op> = Op extends { answer: infer Schema extends ZodType } ? z.output<Schema> : undefined
