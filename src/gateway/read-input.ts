import type { Context } from 'hono'
import { parse as parseYaml } from 'yaml'
import type { ZodObject } from 'zod'
import { AppError, messageOf } from '../platform/errors.ts'
import { faultsOf, invalidInput } from '../platform/faults.ts'
import type { Operation } from '../platform/http/operation.ts'
import { readBody } from './read-body.ts'

const ordinaryBody = 1_048_576

/** Reads and checks what a call was given. Throws `invalid` with every fault of address, query and body. */
export async function readInput(
  operation: Operation,
  c: Context,
): Promise<{ params: object; query: object; body: unknown }> {
  return {
    params: check(operation.params, c.req.param(), 'address'),
    query: check(operation.query?.strict(), c.req.query(), 'query'),
    body: operation.body ? await readJson(operation, c.req.raw) : undefined,
  }
}

function check(schema: ZodObject | undefined, value: unknown, what: string): object {
  if (!schema) return {}
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw invalidInput(what, faultsOf(parsed.error))
}

async function readJson(operation: Operation, request: Request): Promise<unknown> {
  const text = new TextDecoder().decode(await readBody(request, operation.maxBody ?? ordinaryBody))
  const parsed = operation.body!.safeParse(text.trim() === '' ? undefined : parseText(operation, request, text))
  if (parsed.success) return parsed.data
  if (text.trim() === '')
    throw new AppError('invalid', 'The body is empty; expected a JSON object as the API reference describes.')
  throw invalidInput('body', faultsOf(parsed.error))
}

function parseText(operation: Operation, request: Request, text: string): unknown {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? 'application/json'
  if (operation.yaml && /[/+.-]yaml$/.test(type)) return parseOr(() => parseYaml(text), 'YAML')
  if (type === 'application/json' || type.endsWith('+json')) return parseOr(() => JSON.parse(text), 'JSON')
  const expected = operation.yaml ? 'application/json or application/yaml' : 'application/json'
  throw new AppError('invalid', `The body is ${type}; expected ${expected} in the header Content-Type.`)
}

function parseOr(parse: () => unknown, form: string): unknown {
  try {
    return parse()
  } catch (error) {
    throw new AppError('invalid', `The body is not ${form}: ${messageOf(error)}`, { cause: error })
  }
}
