import type { Fault } from '../../platform/errors.ts'
import { invalidInput, joinPath } from '../../platform/faults.ts'
import type { Environment } from './client-options.ts'

const placeholder = /\$\{([A-Z][A-Z0-9_]*)\}/g

/** Fills `${NAME}` in every text of a document from the environment. Throws `invalid` with the places of all that are not set. */
export function fillInEnvironment(document: unknown, env: Environment): unknown {
  const faults: Fault[] = []
  const filled = fill(document, '', env, faults)
  if (faults.length > 0) throw invalidInput('file', faults)
  return filled
}

function fill(value: unknown, path: string, env: Environment, faults: Fault[]): unknown {
  if (typeof value === 'string') {
    return value.replace(placeholder, (whole, name: string) => {
      const found = env[name]
      if (found === undefined) faults.push({ path, message: `${name} is not set in the environment` })
      return found ?? whole
    })
  }
  if (Array.isArray(value)) return value.map((item, index) => fill(item, joinPath(path, [index]), env, faults))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, fill(item, joinPath(path, [name]), env, faults)]),
  )
}
