import { readFileSync } from 'node:fs'
import { badRequest, Refusal } from './refusal.ts'

type Shape =
  | 'string'
  | 'number'
  | 'boolean'
  | 'file'
  | 'any'
  | { const: unknown[] }
  | { array: Shape }
  | { anyOf: Shape[] }
  | { ref: string }
type Fields = Record<string, { shape: Shape; required: boolean }>
interface Table {
  methods: Record<string, { params: Fields; result: Shape }>
  objects: Record<string, Fields>
  unions: Record<string, Shape>
}

export type Params = Record<string, unknown>

/** Generated from the vendor's types by `scripts/generate-bot-api-table.ts`. */
const table: Table = JSON.parse(readFileSync(new URL('./table.generated.json', import.meta.url), 'utf8'))
const methods = new Map(Object.entries(table.methods))
/** The vendor's methods are case-insensitive. */
const names = new Map(Object.keys(table.methods).map((name) => [name.toLowerCase(), name]))
const required = new Map(
  [...methods].map(([name, { params }]) => [name, Object.keys(params).filter((key) => params[key]?.required)]),
)

/** Words of the vendor for a parameter that is missing. */
const missing: Record<string, string> = {
  chat_id: 'chat_id is empty',
  text: 'message text is empty',
  message_id: 'message identifier is not specified',
}

/** The method's own spelling, or a refusal when the Bot API has none of that name. */
export function methodNamed(name: string): string {
  const found = names.get(name.toLowerCase())
  if (found === undefined) throw new Refusal(404, 'Not Found: method not found')
  return found
}

/** Whether a successful call of the method answers with plain `true`. */
export function answersTrue(method: string): boolean {
  const result = methods.get(method)?.result
  return typeof result === 'object' && 'const' in result
}

/**
 * Checks a call's parameters against the table: names, required ones, types, nested objects.
 * The real server ignores a parameter that it does not know; the double refuses it, since it is always our mistake.
 */
export function checkParams(method: string, params: Params): void {
  const fields = methods.get(method)?.params ?? {}
  for (const key in params) {
    const field = fields[key]
    if (field === undefined) throw badRequest(`unknown parameter "${key}" of ${method}`)
    const fault = faultOf(field.shape, params[key], key)
    if (fault !== undefined) throw badRequest(fault)
  }
  for (const key of required.get(method) ?? []) {
    if (params[key] === undefined || params[key] === '') {
      throw badRequest(missing[key] ?? `parameter "${key}" of ${method} is required`)
    }
  }
}

/** Form fields come as text: turns them into what the table expects. */
export function fromForm(method: string, form: Record<string, string | File>): Params {
  const fields = methods.get(method)?.params ?? {}
  const params: Params = {}
  for (const [key, value] of Object.entries(form)) {
    const shape = fields[key]?.shape
    // An uploaded file is named by `attach://`; it is no parameter of its own.
    if (shape === undefined && value instanceof File) continue
    params[key] = attached(typeof value === 'string' && shape !== undefined ? fromText(shape, value) : value, form)
  }
  return params
}

/** Puts uploaded files where `attach://name` stands for them. */
function attached(value: unknown, form: Record<string, string | File>): unknown {
  if (typeof value === 'string' && value.startsWith('attach://')) {
    const file = form[value.slice('attach://'.length)]
    if (!(file instanceof File)) throw badRequest(`no file is uploaded as "${value}"`)
    return file
  }
  if (Array.isArray(value)) return value.map((item) => attached(item, form))
  if (typeof value !== 'object' || value === null || value instanceof File) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, attached(item, form)]))
}

function fromText(shape: Shape, text: string): unknown {
  const shapes = typeof shape === 'object' && 'anyOf' in shape ? shape.anyOf : [shape]
  if (shapes.includes('string') || shapes.includes('file')) return text
  if (typeof shape === 'object' && 'ref' in shape && shapes.length === 1 && !/^[[{"]/.test(text)) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** What is wrong with the value, or undefined. */
function faultOf(shape: Shape, value: unknown, path: string): string | undefined {
  if (value === undefined || shape === 'any') return undefined
  if (shape === 'file') return value instanceof File ? undefined : `field "${path}" must be a file`
  if (typeof shape === 'string') {
    const fits = shape === 'number' ? Number.isFinite(value) : typeof value === shape
    return fits ? undefined : `field "${path}" must be of type ${shape[0]?.toUpperCase()}${shape.slice(1)}`
  }
  if ('const' in shape) {
    return shape.const.includes(value) ? undefined : `field "${path}" must be one of ${shape.const.join(', ')}`
  }
  if ('array' in shape) {
    if (!Array.isArray(value)) return `field "${path}" must be of type Array`
    return firstFault(value.map((item, index) => faultOf(shape.array, item, `${path}[${index}]`)))
  }
  if ('anyOf' in shape) return closestFault(shape.anyOf, value, path)
  const union = table.unions[shape.ref]
  if (union !== undefined) return faultOf(union, value, path)
  return objectFault(table.objects[shape.ref] ?? {}, value, path)
}

function objectFault(fields: Fields, value: unknown, path: string): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return `field "${path}" must be of type Object`
  }
  const object = value as Params
  for (const key in object) {
    const field = fields[key]
    if (field === undefined) return `unknown field "${path}.${key}"`
    const fault = faultOf(field.shape, object[key], `${path}.${key}`)
    if (fault !== undefined) return fault
  }
  const absent = Object.keys(fields).find((key) => fields[key]?.required && object[key] === undefined)
  return absent === undefined ? undefined : `can't find field "${path}.${absent}"`
}

/** Of several possible shapes the value must fit one; otherwise the fault of the last shape is told. */
function closestFault(shapes: Shape[], value: unknown, path: string): string | undefined {
  let fault: string | undefined
  for (const shape of shapes) {
    const found = faultOf(shape, value, path)
    if (found === undefined) return undefined
    fault = found
  }
  return fault
}

function firstFault(faults: (string | undefined)[]): string | undefined {
  return faults.find((fault) => fault !== undefined)
}
